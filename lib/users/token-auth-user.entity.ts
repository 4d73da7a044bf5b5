import {
  Column,
  CreateDateColumn,
  getMetadataArgsStorage,
  Index,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
} from 'typeorm';
import { instantColumn } from '../database/columns.js';

/** What a user's primary key may be. */
export type UserId = number | string | bigint;

/** A user entity with any type of primary key. */
export type AnyUser = TokenAuthUser<UserId>;

/**
 * The columns that a user entity needs. Extend it, add your own columns, and override any of these by declaring the
 * property again, for another name of the column or another type of primary key:
 *
 * @example
 * ```ts
 * @Entity()
 * export class User extends TokenAuthUser<string> {
 *   @PrimaryGeneratedColumn('uuid') declare id: string;
 *   @Column({ name: 'mail', type: 'varchar', length: 255, nullable: true }) declare email: string | null;
 *   @Column({ type: 'varchar', default: '' }) name!: string;
 * }
 * ```
 *
 * @typeParam Id - the type of the primary key.
 */
export abstract class TokenAuthUser<Id extends UserId = number> {
  @PrimaryGeneratedColumn()
  id!: Id;

  /** How the account signs in: `email`, or the provider it was made by. */
  @Column({ type: 'varchar', length: 64, default: 'email' })
  provider!: string;

  /** The name that clients know the user by, sent as the `uid` header: the e-mail address unless a provider made it. */
  @Column({ type: 'varchar', length: 255 })
  uid!: string;

  /** The e-mail address, trimmed and in lower case. */
  @Index({ unique: true })
  @Column({ type: 'varchar', length: 255, nullable: true })
  email!: string | null;

  /** The digest of the password, bcrypt as Devise writes it. Loaded only where asked for, so that it cannot leak. */
  @Column({ type: 'varchar', length: 255, nullable: true, select: false })
  encryptedPassword?: string | null;

  /** Raised to end every client of the user at once: a client lives only while it carries the same number. */
  @Column({ type: 'int', default: 0, select: false })
  authEpoch?: number;

  /** When the e-mail address was confirmed, or null; looked at only where addresses have to be confirmed. */
  @Column({ ...instantColumn, nullable: true, select: false })
  confirmedAt?: Date | null;

  /** The address that waits for its confirmation to replace `email`. */
  @Column({ type: 'varchar', length: 255, nullable: true, select: false })
  unconfirmedEmail?: string | null;

  /** Wrong passwords in a row; counted only where accounts are locked. */
  @Column({ type: 'int', default: 0, select: false })
  failedAttempts?: number;

  /** When the account was locked, or null. */
  @Column({ ...instantColumn, nullable: true, select: false })
  lockedAt?: Date | null;

  @CreateDateColumn()
  createdAt!: Date;

  @UpdateDateColumn()
  updatedAt!: Date;
}

/**
 * Lets a user entity override columns of {@link TokenAuthUser}: of two columns for one property TypeORM takes the one that
 * was declared first, which would be the base class's.
 */
export function preferOwnColumns(userEntity: Function): void {
  const { columns } = getMetadataArgsStorage();
  const overriding = columns.filter(
    ({ target, propertyName }) =>
      typeof target === 'function' &&
      target.prototype instanceof TokenAuthUser &&
      (target === userEntity || userEntity.prototype instanceof target) &&
      columns.some((base) => base.target === TokenAuthUser && base.propertyName === propertyName),
  );
  for (const column of overriding) columns.splice(columns.indexOf(column), 1);
  columns.unshift(...overriding);
}
