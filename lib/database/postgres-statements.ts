import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DatabaseError } from './database-errors.js';
import type { Deadline } from './deadline.js';
import { queryOf, type PostgresQuery, type PostgresStatement } from './postgres-query.js';
import { StatementLogger, type RawRow, type StatementRunner } from './statement-runner.js';

/** The part of pg that single statements need. */
interface Pool {
  connect(callback: (error: Error | undefined, client: Client, release: () => void) => void): void;
}

interface Client {
  query(query: PostgresQuery, callback: (error: Error | null, result: Result) => void): void;
  on(event: 'error', listener: () => void): void;
}

interface Result {
  readonly rows: RawRow[];
  readonly rowCount: number | null;
}

/** A column has another type than when the statement was prepared. */
const OUTDATED = '0A000';

/** The connection does not know the statement, or another one by its name: a pooler has put another connection in its place. */
const MIXED_UP = new Set(['26000', '42P05']);

/** Runs statements on the connections of pg's pool, where they stay prepared by name. */
export class PostgresStatements implements StatementRunner {
  private readonly log = new Logger('TokenAuth');
  private readonly logger: StatementLogger;
  /** By their texts. */
  private readonly prepared = new Map<string, PostgresStatement>();
  private readonly watched = new WeakSet<Client>();
  private generation = 0;

  /** @param isPreparing - whether statements have names. */
  constructor(
    private readonly dataSource: DataSource,
    private isPreparing: boolean,
  ) {
    this.logger = new StatementLogger(dataSource);
  }

  async row(text: string, values: unknown[], begins: () => boolean, deadline: Deadline): Promise<RawRow | undefined> {
    return (await this.run({ text, rowMode: 'array' }, values, begins, deadline))?.rows[0];
  }

  async changes(text: string, values: unknown[], begins: () => boolean, deadline: Deadline): Promise<number> {
    return (await this.run({ text }, values, begins, deadline))?.rowCount ?? 0;
  }

  /** A statement that cannot be used as it was prepared has done nothing, and runs once more without a name. */
  private async run(
    statement: PostgresStatement,
    values: unknown[],
    begins: () => boolean,
    deadline: Deadline,
  ): Promise<Result | null> {
    if (!this.isPreparing) return await this.send(statement, values, begins, deadline);
    try {
      return await this.send(this.named(statement), values, begins, deadline);
    } catch (error) {
      if (!this.isUnusable((error as { code?: string }).code ?? '')) throw error;
      return await this.send(statement, values, begins, deadline);
    }
  }

  private isUnusable(code: string): boolean {
    if (code === OUTDATED) {
      this.prepared.clear();
      this.generation++;
      return true;
    }
    if (!MIXED_UP.has(code)) return false;
    this.isPreparing = false;
    this.log.warn(
      'PostgreSQL has lost a prepared statement, as behind a pooler that hands connections around: from now on none is ' +
        'prepared. Set preparedStatements to false, or let the pooler keep track of prepared statements.',
    );
    return true;
  }

  private named(statement: PostgresStatement): PostgresStatement {
    const { text } = statement;
    let named = this.prepared.get(text);
    if (named === undefined) {
      const digest = createHash('sha256').update(text).digest('hex').slice(0, 24);
      this.prepared.set(text, (named = { ...statement, name: `nestjs_token_auth_${digest}_${this.generation}` }));
    }
    return named;
  }

  private send(
    statement: PostgresStatement,
    values: unknown[],
    begins: () => boolean,
    deadline: Deadline,
  ): Promise<Result | null> {
    const { text } = statement;
    return new Promise((resolve, reject) => {
      this.pool.connect((unavailable, client, release) => {
        if (unavailable) return reject(unavailable);
        try {
          deadline.hold(client);
        } catch (late) {
          release();
          return reject(late as Error);
        }
        if (!begins()) {
          deadline.letGo();
          release();
          return resolve(null);
        }
        const begunAt = this.logger.begin(text, values);
        this.watch(client);
        client.query(queryOf(client, statement, values), (error, result) => {
          deadline.letGo();
          // The pool throws broken connections away.
          release();
          if (error) {
            this.logger.fail(error, text, values);
            reject(error);
          } else {
            this.logger.end(begunAt, text, values);
            resolve(result);
          }
        });
      });
    });
  }

  /** Without a listener a connection that breaks in use ends the process; its statement fails by itself. */
  private watch(client: Client): void {
    if (this.watched.has(client)) return;
    this.watched.add(client);
    client.on('error', ignore);
  }

  /** That of the primary, where there are replicas. */
  private get pool(): Pool {
    const { master } = this.dataSource.driver as unknown as { master?: Pool };
    if (master === undefined) throw new DatabaseError('The data source is not connected.');
    return master;
  }
}

function ignore(): void {}
