import { Inject, Injectable } from '@nestjs/common';
import type { UpdateQueryBuilder } from 'typeorm';
import type { Database, Statement } from '../database/database.js';
import type { AnyUser } from './token-auth-user.entity.js';
import type { Account } from './user-store.js';
import { UserTable } from './user-table.js';

/** A column of the user, by its property. */
type Values<U> = { [P in keyof U]?: U[P] | null | undefined };

/** Values of a user that are one more than they were. */
type Counter = 'authEpoch' | 'failedAttempts';

/** The statements that change accounts: each one atomic, and conditional on what must not have changed meanwhile. */
@Injectable()
export class UserChanges<U extends AnyUser = AnyUser> {
  private readonly database: Database;

  constructor(@Inject(UserTable) private readonly table: UserTable<U>) {
    this.database = table.database;
  }

  /**
   * `UPDATE … SET values` where the row is this user and still has the `seen` values.
   *
   * @param counters - what is to become one more.
   */
  statement(user: U, values: Values<U>, seen: Values<U> = {}, counters: Counter[] = []): UpdateQueryBuilder<U> {
    const query = this.setting(values, counters).where(this.table.isUser(user));
    for (const [property, value] of Object.entries(seen)) {
      if (value === null) query.andWhere(`${property} IS NULL`);
      else
        query.andWhere(`${property} = :seen_${property}`, { [`seen_${property}`]: this.table.stored(property, value) });
    }
    return query;
  }

  /**
   * What an update costs that does not find its account as it should be, where there is no account: so that nobody learns
   * it from the time it takes.
   */
  async runOnNobody(): Promise<false> {
    await this.run(this.setting({ lockedAt: null } as Values<U>, []).where('1 = 0'));
    return false;
  }

  /** Carries a statement of {@link statement} out; whether it found its row. */
  async run(statement: Statement): Promise<boolean> {
    return (await this.database.write(statement)) > 0;
  }

  /** Takes one failed attempt back, unless they have been counted anew meanwhile. */
  async takeBackAttempt(user: U): Promise<void> {
    const failedAttempts = () => `${this.table.column('failedAttempts')} - 1`;
    await this.run(this.statement(user, { failedAttempts } as never).andWhere('failedAttempts > 0'));
  }

  private setting(values: Values<U>, counters: Counter[]): UpdateQueryBuilder<U> {
    const next = counters.map((counter) => [counter, () => `${this.table.column(counter)} + 1`]);
    return this.database.dataSource
      .createQueryBuilder()
      .update(this.table.entity)
      .set({ ...values, ...Object.fromEntries(next) } as never)
      .updateEntity(false);
  }

  /** Replaces a digest by a stronger one of the same password, unless the password has changed meanwhile. */
  async upgradeDigest({ user, encryptedPassword }: Account<U>, digest: string): Promise<void> {
    const values = { encryptedPassword: digest } as Values<U>;
    await this.run(this.statement(user, values, { encryptedPassword } as Values<U>));
  }

  /** Ends every client of a user at once, also one whose sign-in has already checked the password. */
  async raiseEpoch(user: U): Promise<void> {
    await this.run(this.statement(user, {}, {}, ['authEpoch']));
  }

  /**
   * Takes back an account that has just been made and that nobody has signed in to: not softly, so that its address is
   * free again.
   */
  async withdraw(user: U): Promise<void> {
    const query = this.database.dataSource.createQueryBuilder();
    await this.run(query.delete().from(this.table.entity).where(this.table.isUser(user)));
  }

  /**
   * Deletes an account. Softly where its entity has a column for that: then all its clients end, also those whose sign-in
   * is under way, and none of them comes back with it.
   */
  async delete(user: U): Promise<boolean> {
    const query = this.database.dataSource.createQueryBuilder();
    const { deleteDateColumn } = this.table.metadata;
    if (deleteDateColumn === undefined) {
      return await this.run(query.delete().from(this.table.entity).where(this.table.isUser(user)));
    }
    const deletion = query
      .softDelete()
      .from(this.table.entity)
      .where(this.table.isUser(user))
      .andWhere(`${this.table.column(deleteDateColumn.propertyName)} IS NULL`);
    return await this.database.allOrNone([
      { statement: deletion, mustChange: true },
      { statement: this.statement(user, {}, {}, ['authEpoch']), mustChange: true },
    ]);
  }
}
