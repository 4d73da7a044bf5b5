import type { Type } from '@nestjs/common';
import { Column, PrimaryColumn } from 'typeorm';
import { digestColumn, integerColumn } from '../database/columns.js';
import { onePerUserEntity, ownedBy } from '../users/owned-entity.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** What a one-time token is for; it serves for nothing else. */
export type Purpose = 'reset_password' | 'confirmation' | 'unlock';

/** A secret that a mail carries. The row holds its digest alone. */
export abstract class OneTimeToken<U extends AnyUser = AnyUser> {
  @PrimaryColumn(digestColumn)
  hash!: string;

  @Column({ type: 'varchar', length: 32 })
  purpose!: Purpose;

  /** Whose it is; the relation is made by {@link oneTimeTokenEntityFor}. */
  user!: U;

  /** The address that the mail went to. */
  @Column({ type: 'varchar', length: 255 })
  email!: string;

  /** Milliseconds since 1970. */
  @Column(integerColumn)
  expiresAt!: number;
}

const entityOf = onePerUserEntity((userEntity): Type<OneTimeToken> => {
  class UserOneTimeToken extends OneTimeToken {}
  ownedBy(userEntity, UserOneTimeToken, 'OneTimeToken');
  return UserOneTimeToken;
});

/** The entity of a user entity's one-time tokens; as {@link tokenEntityFor}. */
export function oneTimeTokenEntityFor<U extends AnyUser>(userEntity: Type<U>): Type<OneTimeToken<U>> {
  return entityOf(userEntity) as Type<OneTimeToken<U>>;
}
