import type { Type } from '@nestjs/common';
import { Column, Index, PrimaryColumn } from 'typeorm';
import { digestColumn, integerColumn } from '../database/columns.js';
import { onePerUserEntity, ownedBy } from '../users/owned-entity.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { IP_LENGTH, USER_AGENT_LENGTH } from './origin.js';

/**
 * A client: one signed-in device or browser of a user. A row never grows, and holds nothing that would sign anybody in.
 * Times are milliseconds since 1970.
 */
export abstract class AuthToken<U extends AnyUser = AnyUser> {
  /** Random and opaque; what applications know the client by. */
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  /** The public name of the client, as sent in the `client` header. */
  @Index({ unique: true })
  @Column({ type: 'varchar', length: 64 })
  client!: string;

  /** Whose client it is; the relation is made by {@link tokenEntityFor}. */
  user!: U;

  /** The `uid` that the client was last told. */
  @Column({ type: 'varchar', length: 255 })
  uid!: string;

  /** The `uid` before it, which a late response may have told once more. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  replacedUid!: string | null;

  /** Digest of the current token. */
  @Column(digestColumn)
  tokenHash!: string;

  /** Digest of the token before it, which serves while the batch is open. */
  @Column({ ...digestColumn, nullable: true })
  replacedHash!: string | null;

  /**
   * Digests of another system's kind that a client moved in with, as a JSON list, newest first; null once its token has been
   * shown here. Until then {@link tokenHash} matches nothing.
   */
  @Column({ type: 'varchar', length: 255, nullable: true })
  legacyHashes!: string | null;

  /** How often the token has been replaced. */
  @Column({ type: 'int' })
  generation!: number;

  /** What the current token was derived with, beside the replaced one. */
  @Column({ ...digestColumn, nullable: true })
  nonce!: string | null;

  /** The key of this client's tags, which tell its old tokens from noise. */
  @Column(digestColumn)
  tagKey!: string;

  /** The user's auth epoch at the sign-in; another one means that the client has ended. */
  @Column({ type: 'int' })
  authEpoch!: number;

  /** When the present batch began: at the sign-in or the last rotation. */
  @Column(integerColumn)
  batchStartedAt!: number;

  /** Until when the present batch is open. */
  @Column(integerColumn)
  batchOpenUntil!: number;

  /** The last advertised expiry, in whole seconds since 1970. */
  @Column(integerColumn)
  expiry!: number;

  /** A lifespan of this client's own in ms, or null for the configured one. */
  @Column({ ...integerColumn, nullable: true })
  lifespan!: number | null;

  @Column(integerColumn)
  createdAt!: number;

  @Column(integerColumn)
  lastUsedAt!: number;

  /** Until when the user may change the password without knowing it, and the client lives: after following a reset link. */
  @Column({ ...integerColumn, nullable: true })
  passwordChangeUntil!: number | null;

  /** The address and user agent that signed in or made the last rotation. */
  @Column({ type: 'varchar', length: IP_LENGTH, nullable: true })
  ip!: string | null;

  @Column({ type: 'varchar', length: USER_AGENT_LENGTH, nullable: true })
  userAgent!: string | null;
}

/** The row as it is once these values have been written; the one that was loaded stays as it is. */
export function changed<U extends AnyUser>(row: AuthToken<U>, values: Partial<AuthToken<U>>): AuthToken<U> {
  return Object.assign(Object.create(Object.getPrototypeOf(row) as object) as AuthToken<U>, row, values);
}

const entityOf = onePerUserEntity((userEntity): Type<AuthToken> => {
  class UserAuthToken extends AuthToken {}
  ownedBy(userEntity, UserAuthToken, 'AuthToken');
  return UserAuthToken;
});

/**
 * The token entity of a user entity: a table of its own with a foreign key of whatever type the user's primary key has.
 * The module registers it by itself; where a data source is made without Nest, as for migrations, list all of a user entity's
 * entities by {@link entitiesFor}. The same user entity always gives the same class.
 *
 * @example
 * ```ts
 * const clients = dataSource.getRepository(tokenEntityFor(User));
 * ```
 */
export function tokenEntityFor<U extends AnyUser>(userEntity: Type<U>): Type<AuthToken<U>> {
  return entityOf(userEntity) as Type<AuthToken<U>>;
}
