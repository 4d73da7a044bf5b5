import { importFromRails, type RailsImportOptions, type RailsImportReport } from 'nestjs-token-auth/rails';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { User, type TestApp } from './app.js';
import { ProtocolClient } from './client.js';
import { createDatabase, type DatabaseKind, type TestDatabase } from './databases.js';

/** A session as Ruby made it: tokens of 22 characters, bcrypt digests of cost 10. */
export const SESSION = {
  client: 'Me0xCYjqsOcCztfSCi5_UQ',
  token: 'OJQ68OfDQaI26SgGC6gH6g',
  previous: 'm4Qi6fR5FvC_u9JIt-U7ag',
  last: 'ZJxSVAEw3hQaZESQqVyneg',
  digests: {
    token: '$2a$10$Mo0R/8aRIKa8YLks6yW9JOyA.f0JZxgrAf4AB5Z.CoTEqsdEJM4Ee',
    previous_token: '$2a$10$kqH37WezshasDBllVLeIBO0BVIj796DbHyVqdbf28uy/RCR4FwTN6',
    last_token: '$2a$10$N2RS7d9jAF2GMQ5Z0bYkyOaL9JyCrTlPzFwU/si8WXd2Zy7Wu4Sca',
  },
} as const;

/** Digests of `correct horse` as Devise made them. */
export const PASSWORDS = {
  cost10: '$2a$10$mAmNLOh7qs8GYtdDfchkHOZzc6Zvk09r2eZA7ylsbnY2s/KN5pcwa',
  cost11: '$2a$11$ac4dXj3apgu598QF1p1MXerVkuNmf12UoJI3Ar0EwCWXzIlF864hS',
  peppered: '$2a$11$jBIbhHHun1OU7O5wtbUh2eJOvHgyFVBx.IoR32N.uVf2U26XF2iqO',
} as const;

export const DEVISE_PEPPER = 'the pepper of Devise';

/** When the test clock starts, in seconds; and two weeks. */
const START = Date.UTC(2026, 0, 1) / 1000;
export const TWO_WEEKS = 14 * 86_400;

/** A record of a `tokens` column whose token was made an hour before the test clock starts. */
export function session(values: object = {}): object {
  return { ...SESSION.digests, expiry: START - 3600 + TWO_WEEKS, updated_at: '2025-12-31T23:00:00Z', ...values };
}

/** A row as Rails writes it, with one live session. */
export function railsUser(id: number | string, values: Record<string, unknown> = {}): Record<string, unknown> {
  const email = `user${id}@example.com`;
  return {
    id,
    provider: 'email',
    uid: email,
    email,
    encrypted_password: PASSWORDS.cost10,
    tokens: JSON.stringify({ [SESSION.client]: session() }),
    created_at: '2025-01-02 03:04:05.678901',
    updated_at: '2025-12-31 23:00:00.123456',
    ...values,
  };
}

/** The columns of a table that Rails made with all of Devise's modules: `?` is the type of a time there. */
const COLUMNS = {
  id: 'bigint PRIMARY KEY',
  provider: `varchar(255) DEFAULT 'email' NOT NULL`,
  uid: `varchar(255) DEFAULT '' NOT NULL`,
  email: 'varchar(255)',
  encrypted_password: `varchar(255) DEFAULT '' NOT NULL`,
  name: 'varchar(255)',
  tokens: 'text',
  confirmed_at: '?',
  unconfirmed_email: 'varchar(255)',
  failed_attempts: 'integer DEFAULT 0 NOT NULL',
  locked_at: '?',
  created_at: '?',
  updated_at: '?',
};

/** A `users` table of Rails in a database of its own. */
export class RailsDatabase {
  private constructor(
    readonly dataSource: DataSource,
    private readonly database: TestDatabase,
  ) {}

  /** @param columns - types other than usual; null for a column that is not there. */
  static async create(kind: DatabaseKind, columns: Record<string, string | null> = {}): Promise<RailsDatabase> {
    const database = await createDatabase(kind);
    const dataSource = await new DataSource({ ...database.options, entities: [] } as DataSourceOptions).initialize();
    const time = kind === 'postgres' ? 'timestamp(6)' : 'datetime(6)';
    const definitions = Object.entries({ ...COLUMNS, ...columns }).filter(([, type]) => type !== null);
    const list = definitions.map(([name, type]) => `${name} ${String(type).replace('?', time)}`).join(', ');
    await dataSource.query(`CREATE TABLE users (${list})`);
    return new RailsDatabase(dataSource, database);
  }

  async insert(...rows: Record<string, unknown>[]): Promise<void> {
    const { driver } = this.dataSource;
    for (const row of rows) {
      const places = Object.keys(row).map((name, index) => driver.createParameter(name, index));
      const sql = `INSERT INTO users (${Object.keys(row).join(', ')}) VALUES (${places.join(', ')})`;
      await this.dataSource.query(sql, Object.values(row));
    }
  }

  async update(id: number, values: Record<string, unknown>): Promise<void> {
    const { driver } = this.dataSource;
    const names = Object.keys(values);
    const list = names.map((name, index) => `${name} = ${driver.createParameter(name, index)}`).join(', ');
    const where = `id = ${driver.createParameter('id', names.length)}`;
    await this.dataSource.query(`UPDATE users SET ${list} WHERE ${where}`, [...Object.values(values), id]);
  }

  /** Moves the users into an application. */
  async moveTo(app: TestApp, options: Partial<RailsImportOptions<any>> = {}): Promise<RailsImportReport> {
    const { dataSource, clock } = app;
    return await importFromRails({ source: this, target: dataSource, userEntity: User, clock, ...options });
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }
}

/** The client of {@link SESSION}, of a user as {@link railsUser} makes it. */
export function railsClient(app: Pick<TestApp, 'url'>, id: number | string, token: string = SESSION.token) {
  const uid = `user${id}@example.com`;
  return new ProtocolClient(app, { 'access-token': token, client: SESSION.client, uid });
}
