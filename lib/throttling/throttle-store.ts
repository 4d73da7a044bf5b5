import { Inject, Injectable, type Type } from '@nestjs/common';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { CLOCK_TOLERANCE } from '../tokens/rotation.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { USER_ENTITY } from '../users/user-table.js';
import { throttleEntityFor, type Throttle } from './throttle.entity.js';

/** A counter's limit, and the time in which it counts; times in ms since 1970, the window in ms. */
export interface CountRules {
  readonly limit: number;
  readonly window: number;
  readonly now: number;
}

/** Whether one more was counted, and if not, when the counter starts anew, in ms since 1970. */
export type Counted = { readonly counted: true } | { readonly counted: false; readonly until: number };

/** How often a counter is looked at that others change at the same time. */
const TRIES = 10;

/** How many rows one clean-up removes at most, and how long a process rests after one that found fewer, in ms. */
const SWEEP_ROWS = 500;
const SWEEP_INTERVAL = 60_000;

/** The statements on one table of counters, each one atomic by itself. */
@Injectable()
export class ThrottleStore {
  private readonly entity: Type<Throttle>;
  private sweptAt = -Infinity;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(USER_ENTITY) userEntity: Type<AnyUser>,
  ) {
    this.entity = throttleEntityFor(userEntity);
  }

  /** Counts one more unless the counter is full. A window begins with the first that is counted in it. */
  async count(hash: string, rules: CountRules): Promise<Counted> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (await this.increment(hash, rules)) return { counted: true };
      const row = await this.find(hash);
      if (row === null) {
        if (await this.insert(hash, rules)) return { counted: true };
      } else if (isOver(row, rules)) {
        if (await this.restart(row, rules)) return { counted: true };
      } else if (row.count >= rules.limit) {
        return { counted: false, until: row.expiresAt };
      }
      // Somebody else was faster: look again.
    }
    return { counted: false, until: rules.now + 1000 };
  }

  /** Takes one back that was counted at this time, unless its window is over. */
  async takeBack(hash: string, { now, window }: CountRules): Promise<void> {
    const query = this.updating({ count: () => `${this.countColumn} - 1` })
      // A window that began later ends later.
      .where('hash = :hash AND count > 0 AND expiresAt <= :latest', { hash, latest: now + window });
    await this.database.write(query);
  }

  /** Removes counters: they start anew. */
  async remove(hashes: readonly string[]): Promise<void> {
    await this.database.write(this.deleting(hashes));
  }

  private async increment(hash: string, { limit, now }: CountRules): Promise<boolean> {
    const query = this.updating({ count: () => `${this.countColumn} + 1` }).where(
      'hash = :hash AND expiresAt > :now AND count < :limit',
      { hash, now, limit },
    );
    return (await this.database.write(query)) > 0;
  }

  private async find(hash: string): Promise<Throttle | null> {
    return await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'throttle', runner)
        .where('throttle.hash = :hash', { hash })
        .getOne(),
    );
  }

  /** Begins the first window; false when somebody else did so meanwhile. */
  private async insert(hash: string, { now, window }: CountRules): Promise<boolean> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .insert()
      .into(this.entity)
      .values({ hash, count: 1, expiresAt: now + window })
      .updateEntity(false);
    try {
      await this.database.write(query);
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
    await this.sweep(now);
    return true;
  }

  /** Begins another window, by compare-and-swap; false when somebody else did so meanwhile. */
  private async restart({ hash, expiresAt }: Throttle, { now, window }: CountRules): Promise<boolean> {
    const query = this.updating({ count: 1, expiresAt: now + window }).where(
      'hash = :hash AND expiresAt = :expiresAt',
      {
        hash,
        expiresAt,
      },
    );
    return (await this.database.write(query)) > 0;
  }

  /** Removes rows whose window is over, in passing; at once again while there may be more of them. */
  private async sweep(now: number): Promise<void> {
    // The time may have been set back.
    if (Math.abs(now - this.sweptAt) < SWEEP_INTERVAL) return;
    this.sweptAt = now;
    try {
      const rows = await this.findOver(now);
      if (rows.length === 0) return;
      const query = this.deleting(rows.map(({ hash }) => hash)).andWhere('expiresAt <= :now', { now });
      await this.database.write(query);
      if (rows.length === SWEEP_ROWS) this.sweptAt = -Infinity;
    } catch {
      // Nobody's sign-in fails for it: a later one tries again.
    }
  }

  private async findOver(now: number): Promise<Throttle[]> {
    return await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'throttle', runner)
        .where('throttle.expiresAt <= :now', { now })
        .limit(SWEEP_ROWS)
        .getMany(),
    );
  }

  private updating(values: object) {
    return this.database.dataSource
      .createQueryBuilder()
      .update(this.entity)
      .set(values as never);
  }

  private deleting(hashes: readonly string[]) {
    return this.database.dataSource
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where('hash IN (:...hashes)', { hashes: [...hashes].sort() });
  }

  private get countColumn(): string {
    const { driver } = this.database.dataSource;
    const column = this.database.dataSource.getMetadata(this.entity).findColumnWithPropertyName('count');
    return driver.escape(column?.databaseName ?? 'count');
  }
}

/** Whether a counter starts anew. An end that is much too far ahead was written by a broken clock. */
function isOver({ expiresAt }: Throttle, { now, window }: CountRules): boolean {
  return expiresAt <= now || expiresAt > now + window + CLOCK_TOLERANCE;
}
