import { Inject, Injectable } from '@nestjs/common';
import { Database, type Step } from '../database/database.js';
import type { OneTimeToken } from '../one-time-tokens/one-time-token.entity.js';
import { OneTimeTokenStore } from '../one-time-tokens/one-time-token-store.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { AuthToken } from '../tokens/auth-token.entity.js';
import type { Session } from '../tokens/token-authenticator.js';
import { TokenStore } from '../tokens/token-store.js';
import { UserChanges } from '../users/user-changes.js';
import { UserStore, type Account } from '../users/user-store.js';

/** What is to become of an account. */
export interface AccountChange {
  /** Values of the user's columns. */
  readonly values: Record<string, unknown>;
  /** The digest of a new password. */
  readonly digest?: string | undefined;
}

/** Changes accounts together with their clients, all or nothing. */
@Injectable()
export class AccountChanges {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(TokenStore) private readonly tokens: TokenStore,
    @Inject(OneTimeTokenStore) private readonly oneTimeTokens: OneTimeTokenStore,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /**
   * Changes an account for one of its clients. A new password ends all other clients at once, also those whose sign-in has
   * already checked the old one, and takes reset links out of service; so does a new address.
   *
   * @returns false when the client has ended meanwhile, or the password was changed by another one.
   */
  async change(session: Session, { user, authEpoch }: Account, { values, digest }: AccountChange): Promise<boolean> {
    const { row } = session.arrival;
    const own: Partial<AuthToken> = {};
    if (digest !== undefined) Object.assign(own, { authEpoch: authEpoch + 1 }, asKept(row));
    if (typeof values['uid'] === 'string') Object.assign(own, { uid: values['uid'], replacedUid: row.uid });
    const isSensitive = Object.keys(own).length > 0;
    const password = digest === undefined ? {} : { encryptedPassword: digest, authEpoch: authEpoch + 1 };
    const update = this.changes.statement(user, { ...values, ...password }, digest === undefined ? {} : { authEpoch });
    const steps: Step[] = [{ statement: update, mustChange: true }];
    if (isSensitive) {
      steps.push({ statement: this.tokens.statement(row.id, own), mustChange: true });
      steps.push({ statement: this.oneTimeTokens.removal(user, 'reset_password'), mustChange: false });
    }
    if (!(await this.database.allOrNone(steps))) return false;
    session.noteChange(own);
    if (digest !== undefined) await this.tokens.deleteOthers(user, row.id);
    return true;
  }

  /**
   * Sets a new password for whoever holds a reset token, which is used up by it: all clients end. Who reads the account's
   * mail has confirmed the address, and unlocked the account.
   *
   * @returns the account, or null when the token does not serve (any more).
   */
  async reset(token: OneTimeToken, digest: string): Promise<Account | null> {
    const { user } = token;
    const now = new Date(await this.tokens.now());
    const account = await this.users.find(user);
    if (account === null) return null;
    const confirmed = this.config.confirmation !== null && account.confirmedAt === null ? { confirmedAt: now } : {};
    const values = { encryptedPassword: digest, lockedAt: null, failedAttempts: 0, ...confirmed };
    const isReset = await this.database.allOrNone([
      { statement: this.oneTimeTokens.consumption(token), mustChange: true },
      { statement: this.changes.statement(user, values, { email: token.email }, ['authEpoch']), mustChange: true },
    ]);
    if (!isReset) return null;
    await this.tokens.deleteAll(user);
    return await this.users.find(user);
  }
}

/** A client that a reset link has signed in becomes one like all others. */
function asKept({ passwordChangeUntil }: AuthToken): Partial<AuthToken> {
  return passwordChangeUntil === null ? {} : { passwordChangeUntil: null, lifespan: null };
}
