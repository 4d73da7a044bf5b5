import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BcryptPool } from '../users/bcrypt-pool.js';
import type { PasswordVerdict } from '../users/password-hasher.js';
import type { AuthToken } from './auth-token.entity.js';
import { TOKEN_AUTH_CLOCK, type Clock } from './clock.js';

/** A digest of bcrypt as Ruby writes it, of a cost that takes seconds at most. */
const BCRYPT_DIGEST = /^\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;

/** What a token of another system looks like: in Ruby 16 random bytes in url-safe base64, 22 characters. */
const LEGACY_TOKEN = /^[\w-]{20,64}$/;

/** How many checks may wait for the worker: some seconds of work. */
const QUEUE_LIMIT = 100;

/** How many wrong tokens one client may be shown with within {@link WINDOW}. */
const WRONG_TOKENS = 10;

/** In ms. */
const WINDOW = 60_000;

/** How many clients' wrong tokens are counted at a time. */
const MOST_TALLIES = 10_000;

/** Too many tokens that have moved in wait to be checked; answered 503 with `Retry-After`. */
export class LegacyChecksBusyError extends Error {
  override readonly name = 'LegacyChecksBusyError';

  constructor() {
    super('Too many tokens from before the move wait to be checked. Please try again in a moment.');
  }
}

/** Whether {@link LegacyDigests} can check a token against this digest. */
export function isLegacyDigest(digest: unknown): digest is string {
  return typeof digest === 'string' && BCRYPT_DIGEST.test(digest);
}

/** The list that {@link AuthToken.legacyHashes} keeps; digests newest first. */
export function legacyHashesOf(digests: readonly string[]): string {
  return JSON.stringify(digests);
}

/**
 * Checks tokens of clients that have moved in from another system, whose digests are bcrypt: once for each client, in a
 * worker thread of its own, so that neither they nor sign-ins keep the others waiting.
 *
 * Each check takes about a tenth of a second, so their rate is bounded: requests at once with the same token share one,
 * a client has ten of wrong tokens a minute, and a hundred wait at most. Beyond that this throws, for a 503: whether
 * the token is right is not known then, and a 401 would make an honest client throw its token away.
 */
@Injectable()
export class LegacyDigests implements OnApplicationShutdown {
  private readonly pool = new BcryptPool(QUEUE_LIMIT);
  /** By client and token. */
  private readonly running = new Map<string, Promise<boolean>>();
  /** By client, oldest first. */
  private readonly tallies = new Map<string, { count: number; readonly since: number }>();

  constructor(@Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock) {}

  /**
   * Whether the token is one that this client moved in with. False at once for clients that have none, and for anything that
   * does not look like one.
   *
   * @throws LegacyChecksBusyError
   */
  async matches(token: string, { id, legacyHashes }: Pick<AuthToken, 'id' | 'legacyHashes'>): Promise<boolean> {
    if (legacyHashes === null || !LEGACY_TOKEN.test(token)) return false;
    const key = `${id}\0${token}`;
    let check = this.running.get(key);
    if (check === undefined) {
      this.admit(id);
      check = this.check(token, legacyHashes).finally(() => this.running.delete(key));
      this.running.set(key, check);
    }
    const isRight = await check;
    if (isRight) this.tallies.delete(id);
    return isRight;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }

  /** Counted before they are looked at, so that any number at once get no more. */
  private admit(id: string): void {
    const now = this.clock.now();
    let tally = this.tallies.get(id);
    if (tally === undefined || now - tally.since >= WINDOW) {
      this.tallies.delete(id);
      tally = { count: 0, since: now };
      this.tallies.set(id, tally);
    }
    if (tally.count >= WRONG_TOKENS || this.pool.isFull) throw new LegacyChecksBusyError();
    tally.count++;
    const [oldest] = this.tallies.keys();
    if (this.tallies.size > MOST_TALLIES && oldest !== undefined) this.tallies.delete(oldest);
  }

  private async check(token: string, legacyHashes: string): Promise<boolean> {
    for (const digest of digestsIn(legacyHashes)) {
      // Of a cost of 4 at least, so that nothing is added to what the digest itself takes.
      const { valid } = (await this.pool.run({ password: token, cost: 4, digest })) as PasswordVerdict;
      if (valid) return true;
    }
    return false;
  }
}

/** Those of a list that can be checked: what another program has written into the column may be none. */
function digestsIn(legacyHashes: string): string[] {
  try {
    const list: unknown = JSON.parse(legacyHashes);
    return Array.isArray(list) ? list.filter(isLegacyDigest) : [];
  } catch {
    return [];
  }
}
