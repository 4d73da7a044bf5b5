import { Inject, Injectable } from '@nestjs/common';
import { NotBrackets, type SelectQueryBuilder } from 'typeorm';
import type { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import type { AnyUser } from './token-auth-user.entity.js';
import { UserTable } from './user-table.js';

/** An account: its user as a repository would load it, and what only this module looks at. */
export interface Account<U extends AnyUser = AnyUser> {
  readonly user: U;
  readonly encryptedPassword: string | null;
  readonly authEpoch: number;
  readonly confirmedAt: Date | null;
  readonly unconfirmedEmail: string | null;
  readonly lockedAt: Date | null;
}

/** What a repository does not load, and an {@link Account} has beside its user. */
const STATE = [
  'encryptedPassword',
  'authEpoch',
  'confirmedAt',
  'unconfirmedEmail',
  'failedAttempts',
  'lockedAt',
] as const satisfies (keyof AnyUser)[];

/** Finds accounts in the application's user table, and adds to it. */
@Injectable()
export class UserStore<U extends AnyUser = AnyUser> {
  private readonly database: Database;

  constructor(@Inject(UserTable) private readonly table: UserTable<U>) {
    this.database = table.database;
  }

  /** Finds an account by its e-mail address. */
  async findByEmail(email: string): Promise<Account<U> | null> {
    // PostgreSQL refuses NUL, and no account has it.
    if (email.includes('\0')) return null;
    const accounts = await this.load((query) =>
      query.where('user.email = :email', { email: this.table.stored('email', email) }),
    );
    // Collations take different addresses for the same.
    return accounts.find(({ user }) => user.email === email) ?? null;
  }

  /** The account of a user as it is now; null when it is gone. */
  async find(user: U): Promise<Account<U> | null> {
    const [account] = await this.load((query) => query.where(this.table.isUser(user, 'user')));
    return account ?? null;
  }

  private async load(condition: (query: SelectQueryBuilder<U>) => SelectQueryBuilder<U>): Promise<Account<U>[]> {
    const users = await this.database.read((runner) => {
      const query = this.database.dataSource.createQueryBuilder(this.table.entity, 'user', runner);
      return condition(query.addSelect(['user.email', ...STATE.map((property) => `user.${property}`)])).getMany();
    });
    return users.map((user) => this.accountOf(user));
  }

  /** Takes the state off the user, which the application gets to see as its repository loads it. */
  private accountOf(user: U): Account<U> {
    const account = {
      user,
      encryptedPassword: user.encryptedPassword ?? null,
      authEpoch: user.authEpoch ?? 0,
      confirmedAt: user.confirmedAt ?? null,
      unconfirmedEmail: user.unconfirmedEmail ?? null,
      lockedAt: user.lockedAt ?? null,
    };
    this.hideState(user);
    return account;
  }

  /**
   * Whether the unique index would refuse another account with this address. Collations take different addresses for the
   * same there, and a softly deleted account keeps its own.
   *
   * @param owner - an account that may have it.
   */
  async isTaken(email: string, owner: U | null = null): Promise<boolean> {
    // PostgreSQL refuses NUL, and no account has it.
    return !email.includes('\0') && (await this.exists('email', email, owner));
  }

  /** Whether some account but the owner's, softly deleted ones included, has this value in a column. */
  async exists(property: string, value: unknown, owner: U | null): Promise<boolean> {
    return await this.database.read((runner) => {
      const query = this.database.dataSource
        .createQueryBuilder(this.table.entity, 'user', runner)
        .withDeleted()
        .where(`user.${property} = :value`, { value: this.table.stored(property, value) });
      if (owner !== null) query.andWhere(new NotBrackets((where) => where.where(this.table.isUser(owner, 'user'))));
      return query.getExists();
    });
  }

  /** A new account that has not been saved. */
  build(email: string, encryptedPassword: string | null, profile: object = {}): U {
    const user = this.database.dataSource.getRepository(this.table.entity).create();
    return Object.assign(user, profile, { provider: 'email', uid: email, email, encryptedPassword });
  }

  /** Saves a new account; false when another one has its e-mail address. */
  async insert(user: U): Promise<boolean> {
    try {
      await this.database.save(this.table.entity, user, 'uid');
      this.hideState(user);
      return true;
    } catch (error) {
      if (isUniqueViolation(error) && user.email !== null && (await this.isTaken(user.email))) return false;
      throw error;
    }
  }

  /** The auth epoch of a user as it is now, or null when the user is gone. */
  async epochOf(user: U): Promise<number | null> {
    const found = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.table.entity, 'user', runner)
        .select('user.authEpoch', 'epoch')
        .where(this.table.isUser(user, 'user'))
        .getRawOne<{ epoch: number | string }>(),
    );
    return found === undefined ? null : Number(found.epoch);
  }

  private hideState(user: U): void {
    for (const property of STATE) {
      // An application may have overridden a column to see it.
      if (this.table.metadata.findColumnWithPropertyName(property)?.isSelect !== true) delete user[property];
    }
  }
}
