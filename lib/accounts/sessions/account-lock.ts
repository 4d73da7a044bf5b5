import { Inject, Injectable } from '@nestjs/common';
import { DecoyRows } from '../../throttling/decoy-rows.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TOKEN_AUTH_CLOCK, type Clock } from '../../tokens/clock.js';
import { UserChanges } from '../../users/user-changes.js';
import type { Account } from '../../users/user-store.js';

/**
 * Locks an account after too many wrong passwords in a row. An attempt is counted before its password is looked at, so that
 * any number of simultaneous ones get no more guesses than that; each step is one conditional statement, and where there is
 * no account as many change as many rows.
 */
@Injectable()
export class AccountLock {
  constructor(
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(DecoyRows) private readonly decoys: DecoyRows,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /** Counts an attempt, and tells whether its password may count; without an account as much is written about nobody. */
  async admit(account: Account | null, email: string): Promise<boolean> {
    const { lock } = this.config;
    if (lock === null) return true;
    if (account === null) {
      await this.decoys.change(email);
      return true;
    }
    if (account.lockedAt === null) return await this.count(account, lock.maximumAttempts);
    if (!this.isOver(account)) {
      await this.changes.run(this.changes.statement(account.user, {}, {}, ['failedAttempts']));
      return false;
    }
    // It begins a new count, in one statement: nobody should see by the time it takes that there was a lock.
    const anew = { lockedAt: null, failedAttempts: 1 };
    if (await this.changes.run(this.changes.statement(account.user, anew, { lockedAt: account.lockedAt }))) return true;
    return await this.count(account, lock.maximumAttempts);
  }

  /** After a password that could not be looked at: as if there had been no attempt. */
  async withdraw(account: Account | null, email: string): Promise<void> {
    if (this.config.lock === null) return;
    if (account === null) await this.decoys.change(email);
    else await this.changes.takeBackAttempt(account.user);
  }

  /** After an attempt that failed: whether this one has locked the account. */
  async refuse(account: Account | null): Promise<boolean> {
    const { lock } = this.config;
    if (lock === null) return false;
    const lockedAt = new Date(this.clock.now());
    if (account === null) return await this.changes.runOnNobody();
    const locking = this.changes
      .statement(account.user, { lockedAt }, { lockedAt: null })
      .andWhere('failedAttempts >= :most', { most: lock.maximumAttempts });
    return await this.changes.run(locking);
  }

  /** After the right password: starts counting anew, unless the account has been locked meanwhile. */
  async accept({ user }: Account): Promise<boolean> {
    if (this.config.lock === null) return true;
    return await this.changes.run(this.changes.statement(user, { failedAttempts: 0 }, { lockedAt: null }));
  }

  /** Unlocks an account, unless it has been unlocked and locked again meanwhile; whether it has. */
  async unlock({ user, lockedAt }: Account): Promise<boolean> {
    return await this.changes.run(this.changes.statement(user, { lockedAt: null, failedAttempts: 0 }, { lockedAt }));
  }

  /** Counts an attempt at an account that was not locked; false when it is by now. */
  private async count({ user }: Account, maximumAttempts: number): Promise<boolean> {
    const attempt = this.changes
      .statement(user, {}, { lockedAt: null }, ['failedAttempts'])
      .andWhere('failedAttempts < :most', { most: maximumAttempts });
    if (await this.changes.run(attempt)) return true;
    await this.changes.run(this.changes.statement(user, {}, {}, ['failedAttempts']));
    return false;
  }

  private isOver({ lockedAt }: Account): boolean {
    const unlockIn = this.config.lock?.unlockIn ?? null;
    if (lockedAt === null || unlockIn === null) return false;
    return this.clock.now() >= lockedAt.getTime() + unlockIn;
  }
}
