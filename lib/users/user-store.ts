import { Inject, Injectable, type Type } from '@nestjs/common';
import type { Brackets } from 'typeorm';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { keyCondition } from '../database/key-condition.js';
import { storedValue } from '../database/stored-value.js';
import type { AnyUser } from './token-auth-user.entity.js';

/** Injection token of the application's user entity. */
export const USER_ENTITY = Symbol('nestjs-token-auth:user-entity');

/** An account that somebody may sign in to. */
export interface Account<U extends AnyUser = AnyUser> {
  readonly user: U;
  readonly encryptedPassword: string | null;
  readonly authEpoch: number;
}

/** The statements on the application's user table. */
@Injectable()
export class UserStore<U extends AnyUser = AnyUser> {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(USER_ENTITY) private readonly userEntity: Type<U>,
  ) {}

  /** Finds an account by its e-mail address, with what a sign-in needs to know beside it. */
  async findByEmail(email: string): Promise<Account<U> | null> {
    // PostgreSQL refuses NUL, and no account has it.
    if (email.includes('\0')) return null;
    const users = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.userEntity, 'user', runner)
        .addSelect(['user.email', 'user.encryptedPassword', 'user.authEpoch'])
        .where('user.email = :email', { email: this.stored('email', email) })
        .getMany(),
    );
    // Collations take different addresses for the same.
    const user = users.find((each) => each.email === email);
    if (user === undefined) return null;
    const account = { user, encryptedPassword: user.encryptedPassword ?? null, authEpoch: user.authEpoch ?? 0 };
    hideSecrets(user);
    return account;
  }

  /**
   * Whether the unique index would refuse another account with this address. Collations take different addresses for the
   * same there, and a softly deleted account keeps its own.
   */
  async isTaken(email: string): Promise<boolean> {
    return await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.userEntity, 'user', runner)
        .withDeleted()
        .where('user.email = :email', { email: this.stored('email', email) })
        .getExists(),
    );
  }

  /** A new account that has not been saved. */
  build(email: string, encryptedPassword: string | null): U {
    const user = this.database.dataSource.getRepository(this.userEntity).create();
    return Object.assign(user, { provider: 'email', uid: email, email, encryptedPassword });
  }

  /** Saves a new account; false when another one has its e-mail address. */
  async insert(user: U): Promise<boolean> {
    try {
      await this.database.save(this.userEntity, user, 'uid');
      hideSecrets(user);
      return true;
    } catch (error) {
      if (isUniqueViolation(error) && user.email !== null && (await this.isTaken(user.email))) return false;
      throw error;
    }
  }

  /** Replaces a digest by a stronger one of the same password, unless the password has changed meanwhile. */
  async upgradeDigest({ user, encryptedPassword }: Account<U>, digest: string): Promise<void> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .update(this.userEntity)
      .set({ encryptedPassword: digest } as never)
      .whereInIds(this.database.dataSource.getMetadata(this.userEntity).getEntityIdMap(user))
      .andWhere('encryptedPassword = :old', { old: encryptedPassword })
      .updateEntity(false);
    await this.database.write(query);
  }

  /** The auth epoch of a user as it is now, or null when the user is gone. */
  async epochOf(user: U): Promise<number | null> {
    const found = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.userEntity, 'user', runner)
        .select('user.authEpoch', 'epoch')
        .where(this.isUser(user, 'user'))
        .getRawOne<{ epoch: number | string }>(),
    );
    return found === undefined ? null : Number(found.epoch);
  }

  /** Ends every client of a user at once, also one whose sign-in has already checked the password. */
  async raiseEpoch(user: U): Promise<void> {
    const { dataSource } = this.database;
    const column = dataSource.getMetadata(this.userEntity).findColumnWithPropertyName('authEpoch');
    const epoch = dataSource.driver.escape(column?.databaseName ?? 'authEpoch');
    await this.database.write(
      dataSource
        .createQueryBuilder()
        .update(this.userEntity)
        .set({ authEpoch: () => `${epoch} + 1` } as never)
        .where(this.isUser(user))
        .updateEntity(false),
    );
  }

  /** "The row is this user", by the primary key. */
  private isUser(user: U, alias?: string): Brackets {
    const { dataSource } = this.database;
    const key = dataSource.getMetadata(this.userEntity).primaryColumns.map((column) => ({ column, source: column }));
    return keyCondition(dataSource, user, key, alias);
  }

  /** A value as its column keeps it. */
  private stored(property: 'email', value: string): unknown {
    return storedValue(this.database.dataSource, this.userEntity, property, value);
  }
}

/** The application gets to see a user as its repository loads it: without the digest and the epoch. */
function hideSecrets(user: AnyUser): void {
  delete user.encryptedPassword;
  delete user.authEpoch;
}
