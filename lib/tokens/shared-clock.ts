import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Database } from '../database/database.js';
import { systemClock, TOKEN_AUTH_CLOCK, type Clock } from './clock.js';

/**
 * The time that all processes agree on: the database server's. That of this process where the database runs inside of it,
 * and an injected clock is the only clock.
 */
@Injectable()
export class SharedClock {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
  ) {}

  /** SQL for this time, or null where this process's clock is the one. */
  get expression(): string | null {
    return this.clock === systemClock ? serverTime(this.database.dataSource.options.type) : null;
  }

  /** In ms since 1970. */
  async now(): Promise<number> {
    if (this.expression === null) return this.clock.now();
    const rows = await this.database.read((runner) =>
      runner.query(`SELECT ${this.expression} AS ${this.database.dataSource.driver.escape('now')}`),
    );
    return Number((rows as { now: unknown }[])[0]?.now);
  }
}

/** The epoch functions are taken because they do not depend on any time zone. Null where the database has no server. */
function serverTime(type: DataSource['options']['type']): string | null {
  switch (type) {
    case 'postgres':
      return 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)';
    case 'mysql':
    case 'mariadb':
      return '(UNIX_TIMESTAMP() * 1000 + FLOOR(MICROSECOND(NOW(6)) / 1000))';
    default:
      return null;
  }
}
