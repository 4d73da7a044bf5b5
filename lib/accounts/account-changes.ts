import { Inject, Injectable } from '@nestjs/common';
import { Database, type Step } from '../database/database.js';
import { IdentityStore } from '../identities/identity-store.js';
import type { OneTimeToken } from '../one-time-tokens/one-time-token.entity.js';
import { OneTimeTokenStore } from '../one-time-tokens/one-time-token-store.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { AuthToken } from '../tokens/auth-token.entity.js';
import { TokenAuthenticator, type Session } from '../tokens/token-authenticator.js';
import { TokenAuthEvents } from '../tokens/token-events.js';
import { SharedClock } from '../tokens/shared-clock.js';
import { TokenStore } from '../tokens/token-store.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { UserChanges } from '../users/user-changes.js';
import { UserStore, type Account } from '../users/user-store.js';

/** What is to become of an account. */
export interface AccountChange {
  /** Values of the user's columns. */
  readonly values: Record<string, unknown>;
  /** The digest of a new password. */
  readonly digest?: string | undefined;
}

/**
 * What has become of a change. `overtaken`: the client lives, but has changed the password by another request meanwhile;
 * `ended`: it does not live any more.
 */
export type ChangeOutcome = 'changed' | 'overtaken' | 'ended';

/** Values of the user by which whoever knows them gets in. */
const SENSITIVE = ['email', 'uid', 'unconfirmedEmail'];

/** Changes accounts together with their clients, all or nothing. */
@Injectable()
export class AccountChanges {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(TokenStore) private readonly tokens: TokenStore,
    @Inject(TokenAuthenticator) private readonly authenticator: TokenAuthenticator,
    @Inject(OneTimeTokenStore) private readonly oneTimeTokens: OneTimeTokenStore,
    @Inject(IdentityStore) private readonly identities: IdentityStore,
    @Inject(SharedClock) private readonly clock: SharedClock,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /**
   * Changes an account for one of its clients. A new password ends all other clients at once, also those whose sign-in has
   * already checked the old one, and takes reset links out of service; so does a new address. An address that waits for its
   * confirmation is given up with the old password, unless it comes with the new one: somebody else may have asked for it.
   */
  async change(session: Session, user: AnyUser, { values, digest }: AccountChange): Promise<ChangeOutcome> {
    const { row } = session.arrival;
    const authEpoch = row.authEpoch + 1;
    const own: Partial<AuthToken> = {};
    if (digest !== undefined) Object.assign(own, { authEpoch }, asKept(row));
    if (typeof values['uid'] === 'string') Object.assign(own, { uid: values['uid'], replacedUid: row.uid });
    const password = digest === undefined ? {} : { encryptedPassword: digest, authEpoch };
    // Not what the account has now: the client may have been let in before others ended it.
    const isSensitive = digest !== undefined || SENSITIVE.some((property) => property in values);
    const seen = isSensitive ? { authEpoch: row.authEpoch } : {};
    const givenUp = digest === undefined ? {} : { unconfirmedEmail: null };
    const update = this.changes.statement(user, { ...givenUp, ...values, ...password }, seen);
    const steps: Step[] = [{ statement: update, mustChange: true }];
    if (Object.keys(own).length > 0) {
      steps.push({ statement: this.tokens.statement(row.id, own), mustChange: true });
      steps.push({ statement: this.oneTimeTokens.removal(user, 'reset_password'), mustChange: false });
    }
    if (!(await this.database.allOrNone(steps))) {
      return (await this.authenticator.refresh(session)) === null ? 'ended' : 'overtaken';
    }
    session.noteChange(own);
    const { email } = values;
    if (typeof email === 'string') this.events.emit('user.email_changed', { user, from: user.email, to: email });
    if (digest !== undefined) await this.endOthers(user, row.id);
    return 'changed';
  }

  /**
   * Sets a new password for whoever holds a reset token, which is used up by it, as are all others of the account: all
   * clients end. Who reads the account's mail has confirmed the address, and unlocked the account; where that is the first to
   * do so, all identities go. An address that waits for its confirmation is dropped: a thief may have asked for it.
   *
   * @returns the account in the epoch that this has begun, or null when the token does not serve (any more).
   */
  async reset(token: OneTimeToken, digest: string): Promise<Account | null> {
    const { user } = token;
    let account = await this.users.find(user);
    // Collations take different addresses for the same.
    while (account?.user.email === token.email) {
      if (await this.resetFrom(account, token, digest)) {
        this.tellReset(account);
        await this.endAll(user);
        const found = await this.users.find(user);
        return found === null ? null : { ...found, authEpoch: account.authEpoch + 1 };
      }
      const now = await this.users.find(user);
      // Where somebody has ended all clients meanwhile the token may serve yet.
      account = now?.authEpoch === account.authEpoch ? null : now;
    }
    return null;
  }

  private async endOthers(user: AnyUser, kept: string): Promise<void> {
    this.events.emit('user.password_changed', { user, by: 'client' });
    if ((await this.tokens.deleteOthers(user, kept)) === 0) return;
    this.events.emit('client.ended', { user, clientIds: null, kept, reason: 'password_changed' });
  }

  private tellReset({ user, confirmedAt, lockedAt }: Account): void {
    this.events.emit('user.password_changed', { user, by: 'reset' });
    if (lockedAt !== null) this.events.emit('user.unlocked', { user });
    if (this.config.confirmation !== null && confirmedAt === null && user.email !== null) {
      this.events.emit('user.email_confirmed', { user, email: user.email });
    }
  }

  private async endAll(user: AnyUser): Promise<void> {
    if ((await this.tokens.deleteAll(user)) === 0) return;
    this.events.emit('client.ended', { user, clientIds: null, kept: null, reason: 'password_changed' });
  }

  /** The user comes first, as in every change: two of them must not wait for each other. */
  private async resetFrom(account: Account, token: OneTimeToken, digest: string): Promise<boolean> {
    const { user, authEpoch, confirmedAt } = account;
    const isFirst = confirmedAt === null;
    const confirmed = isFirst ? { confirmedAt: new Date(await this.clock.now()) } : {};
    const freed = { unconfirmedEmail: null, lockedAt: null, failedAttempts: 0 };
    const values = { encryptedPassword: digest, authEpoch: authEpoch + 1, ...freed, ...confirmed };
    return await this.database.allOrNone([
      { statement: this.changes.statement(user, values, { email: token.email, authEpoch }), mustChange: true },
      { statement: this.oneTimeTokens.consumption(token), mustChange: true },
      { statement: this.oneTimeTokens.removal(user, 'reset_password'), mustChange: false },
      // Whoever made the account without showing that the address is theirs must not get in by an identity of their own.
      ...(isFirst ? [{ statement: this.identities.removal(user), mustChange: false }] : []),
    ]);
  }
}

/** A client that a reset link has signed in becomes one like all others. */
function asKept({ passwordChangeUntil }: AuthToken): Partial<AuthToken> {
  return passwordChangeUntil === null ? {} : { passwordChangeUntil: null, lifespan: null };
}
