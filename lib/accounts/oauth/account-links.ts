import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { Database, type Step } from '../../database/database.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import { TokenAuthHooks } from '../../hooks/token-auth-hooks.js';
import { IdentityStore } from '../../identities/identity-store.js';
import { OneTimeTokenStore } from '../../one-time-tokens/one-time-token-store.js';
import { SignInGate } from '../../request/sign-in-gate.js';
import { SharedClock } from '../../tokens/shared-clock.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { TokenStore } from '../../tokens/token-store.js';
import { UserChanges } from '../../users/user-changes.js';
import type { Account } from '../../users/user-store.js';
import { failure, MESSAGES } from '../account-errors.js';
import type { Arrival, ResolvedAccount } from './arrival.js';

/** How long a new account may be without its identity, in ms: both are not made by one statement. */
const IN_THE_MAKING = 60_000;

/**
 * Adds identities to accounts that there are, by the address that the provider has verified and if the application
 * allows it.
 */
@Injectable()
export class AccountLinks {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(IdentityStore) private readonly identities: IdentityStore,
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(OneTimeTokenStore) private readonly oneTimeTokens: OneTimeTokenStore,
    @Inject(TokenStore) private readonly tokens: TokenStore,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(SharedClock) private readonly clock: SharedClock,
  ) {}

  /**
   * Adds the identity of an arrival to the account with its address.
   *
   * @returns null when the account, or the identity, is not what it was any more.
   * @throws HttpException 422 where the application does not want it. It tells that the address has an account, to nobody but
   * who has proven that it is theirs.
   */
  async link(account: Account, arrival: Arrival): Promise<ResolvedAccount | null> {
    const { provider, identity, request } = arrival;
    const email = identity.email as string;
    const { user } = account;
    if (await this.isInTheMaking(account, arrival)) return await this.add(account, arrival);
    if (!(await this.hooks.mayLink({ user, provider, email, request }))) {
      throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.accountExists(email));
    }
    await this.gate.pass({ user, method: 'oauth', request }, arrival.response);
    const isUnconfirmed = account.confirmedAt === null;
    const linked = await (isUnconfirmed ? this.takeOver(account, arrival) : this.add(account, arrival));
    if (linked !== null) this.events.emit('identity.linked', { user, provider });
    return linked;
  }

  /** Whether the same person is just getting this account by another request, which has not added the identity yet. */
  private async isInTheMaking({ user }: Account, { provider, identity }: Arrival): Promise<boolean> {
    const isTheirs = user.provider === provider && user.uid === identity.subject;
    return isTheirs && (await this.clock.now()) < user.createdAt.getTime() + IN_THE_MAKING;
  }

  /** Where nobody changes the address meanwhile. */
  private async add(account: Account, arrival: Arrival): Promise<ResolvedAccount | null> {
    const { user, authEpoch, confirmedAt } = account;
    const seen = { email: user.email, authEpoch };
    const step = { statement: this.changes.statement(user, { confirmedAt }, seen), mustChange: true };
    return (await this.carryOut([step], account, arrival)) ? { user, authEpoch, isNew: false } : null;
  }

  /**
   * Nobody has ever shown that the address of this account is theirs: whoever made it may have waited for its owner to come,
   * so as to share the account. All that was theirs goes: password, clients, links in mails, other identities.
   *
   * @see https://www.usenix.org/conference/usenixsecurity22/presentation/sudhodanan "Pre-hijacked accounts"
   */
  private async takeOver(account: Account, arrival: Arrival): Promise<ResolvedAccount | null> {
    const { user, authEpoch } = account;
    const next = authEpoch + 1;
    const values = {
      encryptedPassword: null,
      authEpoch: next,
      unconfirmedEmail: null,
      confirmedAt: new Date(await this.clock.now()),
      lockedAt: null,
      failedAttempts: 0,
    };
    const seen = { email: user.email, authEpoch, confirmedAt: null };
    const steps = [
      { statement: this.changes.statement(user, values, seen), mustChange: true },
      { statement: this.oneTimeTokens.removalOfAll(user), mustChange: false },
      { statement: this.identities.removal(user), mustChange: false },
    ];
    if (!(await this.carryOut(steps, account, arrival))) return null;
    if ((await this.tokens.deleteAll(user)) > 0) {
      this.events.emit('client.ended', { user, clientIds: null, kept: null, reason: 'revoked' });
    }
    this.events.emit('user.email_confirmed', { user, email: user.email as string });
    return { user, authEpoch: next, isNew: false };
  }

  /** The user comes first, as in every change: two of them must not wait for each other. */
  private async carryOut(steps: Step[], { user }: Account, { provider, identity }: Arrival): Promise<boolean> {
    const { subject, email } = identity;
    const statement = await this.identities.insertion(user, { provider, subject }, email);
    try {
      return await this.database.allOrNone([...steps, { statement, mustChange: true }]);
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }
}
