import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown, type Type } from '@nestjs/common';
import { Database } from '../database/database.js';
import { toMilliseconds, type Duration } from '../duration.js';
import { oneTimeTokenEntityFor } from '../one-time-tokens/one-time-token.entity.js';
import { throttleEntityFor } from '../throttling/throttle.entity.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { tokenEntityFor } from '../tokens/auth-token.entity.js';
import { SharedClock } from '../tokens/shared-clock.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { USER_ENTITY } from '../users/user-table.js';
import { endedBefore, removeOutdated } from './ended-clients.js';
import { RowSweep, type Condition, type KeyRange } from './row-sweep.js';

/** How long rows are kept that have expired, in ms: a request that was accepted in time may still run. */
const GRACE = 300_000;

/** The most rows of a chunk: SQLite binds no more than 32,766 values. */
const LARGEST_CHUNK = 10_000;

/** How a clean-up goes. */
export interface CleanupOptions {
  /** How many rows are looked at at a time; 1 to 10,000, 1000 by default. */
  readonly chunkSize?: number;
  /** How long to rest after each chunk; not at all by default. */
  readonly pause?: Duration;
  /** Ends the clean-up after the chunk that it is at; what was removed stays removed. */
  readonly signal?: AbortSignal;
}

/** How many rows a clean-up has removed. */
export interface CleanupCounts {
  /** Clients that had expired, and those that a new password or "sign out everywhere" had ended. */
  readonly clients: number;
  /** Links of mails that had expired. */
  readonly oneTimeTokens: number;
  /** Counters of failed sign-ins and of mails whose time was over. */
  readonly throttles: number;
}

/**
 * Removes rows that serve nothing any more. Nothing depends on it but the size of the tables: what has expired is refused,
 * removed or not.
 *
 * It can run at any time, beside requests, and in several processes at once: no statement holds a lock for longer than it
 * takes to delete one chunk by primary keys.
 *
 * @example
 * ```ts
 * const { clients } = await cleanup.run({ chunkSize: 500, pause: '50ms' });
 * ```
 */
@Injectable()
export class TokenAuthCleanup implements BeforeApplicationShutdown {
  private readonly shutdown = new AbortController();
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(USER_ENTITY) private readonly userEntity: Type<AnyUser>,
    @Inject(SharedClock) private readonly clock: SharedClock,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /**
   * Goes over the tables once and tells how many rows it has removed. Rows are kept for five minutes after they have
   * expired. The shutdown of the application ends it as a signal does.
   *
   * @throws TypeError for a chunk size or a pause that is none; DatabaseError when the database cannot be asked: what was
   * removed until then stays removed.
   */
  async run({ chunkSize = 1000, pause = 0, signal }: CleanupOptions = {}): Promise<CleanupCounts> {
    if (!Number.isInteger(chunkSize) || chunkSize < 1 || chunkSize > LARGEST_CHUNK) {
      throw new TypeError(`chunkSize must be a whole number from 1 to ${LARGEST_CHUNK}.`);
    }
    const signals = [this.shutdown.signal, ...(signal === undefined ? [] : [signal])];
    const pace = { size: chunkSize, rest: toMilliseconds(pause), signal: AbortSignal.any(signals) };
    const work = this.clean(pace);
    this.running.add(work);
    try {
      return await work;
    } finally {
      this.running.delete(work);
    }
  }

  /** The connections go after this. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.abort();
    await Promise.allSettled(this.running);
  }

  private async clean(pace: Pace): Promise<CleanupCounts> {
    const time = (await this.clock.now()) - GRACE;
    const ended = endedBefore(time, this.config.rules);
    const over: Condition = { sql: (column) => `${column('expiresAt')} <= :time`, parameters: { time } };
    const removeOver: Removal = (sweep, range) => sweep.remove(range, over);
    return {
      clients: await this.goOver(tokenEntityFor(this.userEntity), 'id', pace, async (sweep, range) => {
        return (await sweep.remove(range, ended)) + (await removeOutdated(sweep, range));
      }),
      oneTimeTokens: await this.goOver(oneTimeTokenEntityFor(this.userEntity), 'hash', pace, removeOver),
      throttles: await this.goOver(throttleEntityFor(this.userEntity), 'hash', pace, removeOver),
    };
  }

  private async goOver(entity: Type<object>, key: string, pace: Pace, remove: Removal): Promise<number> {
    const { size, rest, signal } = pace;
    const sweep = new RowSweep(this.database, entity, key);
    let removed = 0;
    if (signal.aborted) return removed;
    for await (const range of sweep.parts(size)) {
      removed += await remove(sweep, range);
      if (rest > 0 && range.upTo !== null) await sleep(rest, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
    }
    return removed;
  }
}

/** How fast a clean-up goes: rows at a time, the rest after them in ms, and what ends it. */
interface Pace {
  readonly size: number;
  readonly rest: number;
  readonly signal: AbortSignal;
}

/** Removes what is to go of a part of a table, and tells how many rows. */
type Removal = (sweep: RowSweep, range: KeyRange) => Promise<number>;
