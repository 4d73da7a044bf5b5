import { Inject, Injectable } from '@nestjs/common';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { hostOf, networkOf } from '../tokens/origin.js';
import { endOf } from '../tokens/rotation.js';
import { digestOf } from '../tokens/token-secret.js';
import { SharedClock } from '../tokens/shared-clock.js';
import { TokenStore } from '../tokens/token-store.js';
import { ThrottleStore, type CountRules } from './throttle-store.js';

/** An attempt that may go on. */
export interface Attempt {
  readonly admitted: true;
  /** The password was right: the account starts anew, and the address has one attempt less. */
  succeeded(): Promise<void>;
  /** The password could not be looked at: as if there had been no attempt. */
  withdraw(): Promise<void>;
}

/** An attempt that may not go on: nothing of it may be verified. */
export interface Refusal {
  readonly admitted: false;
  /** When to try again, in whole seconds, 1 or more. */
  readonly retryAfter: number;
}

/** What sign-ins are counted by; one can never be taken for another. */
type Kind = 'account' | 'address' | 'own network';

const UNTHROTTLED: Attempt = Object.freeze({
  admitted: true,
  succeeded: () => Promise.resolve(),
  withdraw: () => Promise.resolve(),
});

/**
 * Counts sign-ins by account and by address, each before its password is looked at, so that attempts made at once cannot
 * outnumber the limit. What was refused does not count.
 *
 * Every method throws {@link DatabaseError} when the database fails.
 */
@Injectable()
export class SignInThrottle {
  constructor(
    @Inject(ThrottleStore) private readonly store: ThrottleStore,
    @Inject(TokenStore) private readonly clients: TokenStore,
    @Inject(SharedClock) private readonly clock: SharedClock,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /**
   * Counts an attempt.
   *
   * @param account - the normalized e-mail address, whether somebody has it or not; `''` where none was given.
   * @param ip - where the platform says that it comes from; what is no IP address shares one counter.
   */
  async admit(account: string, ip: string | null): Promise<Attempt | Refusal> {
    const { throttle } = this.config;
    if (throttle === null) return UNTHROTTLED;
    const now = await this.clock.now();
    const byAddress = { limit: throttle.addressLimit, window: throttle.window, now };
    const byAccount = { ...byAddress, limit: throttle.accountLimit };

    const address = this.hash('address', hostOf(ip) ?? '');
    const counted = await this.store.count(address, byAddress);
    if (!counted.counted) return refusal(counted.until, now);

    const counters = account === '' ? [] : await this.countAccount(account, ip, byAccount);
    if (typeof counters === 'number') {
      await this.store.takeBack(address, byAddress);
      return refusal(counters, now);
    }
    return {
      admitted: true,
      succeeded: async () => {
        // Not the address's counter: whoever owns an account could start that anew at will.
        await this.store.takeBack(address, byAddress);
        if (counters.length > 0) await this.store.remove(counters);
      },
      withdraw: async () => {
        await this.store.takeBack(address, byAddress);
        // The last of them is the one that this attempt was counted by.
        const [counter] = counters.slice(-1);
        if (counter !== undefined) await this.store.takeBack(counter, byAccount);
      },
    };
  }

  /** Starts anew for an account whose owner has proven to be it, as by the link of a mail. */
  async forget(account: string): Promise<void> {
    if (this.config.throttle === null || account === '') return;
    await this.store.remove([this.hash('account', account)]);
  }

  /** The account's counters that a right password clears, or until when the account is refused, in ms. */
  private async countAccount(account: string, ip: string | null, rules: CountRules): Promise<string[] | number> {
    const hash = this.hash('account', account);
    const counted = await this.store.count(hash, rules);
    if (counted.counted) return [hash];
    if (!(await this.isOwnNetwork(account, ip, rules.now))) return counted.until;
    // Others have used the account's attempts up: its owner has some that they cannot use.
    const own = this.hash('own network', `${networkOf(ip)}\0${account}`);
    const ownCounted = await this.store.count(own, rules);
    return ownCounted.counted ? [hash, own] : Math.min(counted.until, ownCounted.until);
  }

  /** Whether the account is signed in from the network of this address; asked alike for accounts that do not exist. */
  private async isOwnNetwork(account: string, ip: string | null, now: number): Promise<boolean> {
    // PostgreSQL refuses NUL, and no account has it.
    if (hostOf(ip) === null || account.includes('\0')) return false;
    const clients = await this.clients.listByEmail(account);
    return clients.some((client) => now < endOf(client, this.config.rules) && networkOf(client.ip) === networkOf(ip));
  }

  /** What is stored of what is counted, so that the table names nobody. */
  private hash(kind: Kind, value: string): string {
    return digestOf(`throttle\0${kind}\0${value}`, this.config.tokenPeppers[0]);
  }
}

function refusal(until: number, now: number): Refusal {
  return { admitted: false, retryAfter: Math.max(1, Math.ceil((until - now) / 1000)) };
}
