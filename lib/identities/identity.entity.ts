import type { Type } from '@nestjs/common';
import { Column, PrimaryColumn } from 'typeorm';
import { digestColumn, integerColumn } from '../database/columns.js';
import { onePerUserEntity, ownedBy } from '../users/owned-entity.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** Who a user is at a provider of identities. A user can have several; each belongs to one user. */
export abstract class Identity<U extends AnyUser = AnyUser> {
  /** Digest of provider and subject: collations take different subjects for the same. */
  @PrimaryColumn(digestColumn)
  hash!: string;

  /** The name under which the application has configured the provider. */
  @Column({ type: 'varchar', length: 64 })
  provider!: string;

  /** What the provider calls the user, which never changes (OpenID Connect Core 1.0, section 2: `sub`). */
  @Column({ type: 'varchar', length: 255 })
  subject!: string;

  /** Whose it is; the relation is made by {@link identityEntityFor}. */
  user!: U;

  /**
   * The address that the provider last told, verified or not: for people to recognise the identity by, and for nothing
   * else.
   */
  @Column({ type: 'varchar', length: 255, nullable: true })
  email!: string | null;

  /** Milliseconds since 1970. */
  @Column(integerColumn)
  createdAt!: number;
}

const entityOf = onePerUserEntity((userEntity): Type<Identity> => {
  class UserIdentity extends Identity {}
  ownedBy(userEntity, UserIdentity, 'Identity');
  return UserIdentity;
});

/** The entity of a user entity's identities; as {@link tokenEntityFor}. */
export function identityEntityFor<U extends AnyUser>(userEntity: Type<U>): Type<Identity<U>> {
  return entityOf(userEntity) as Type<Identity<U>>;
}
