import type { Type } from '@nestjs/common';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { Database, type Statement, type Step } from '../database/database.js';
import { escapedPath } from '../database/escaped-path.js';
import { keyCondition, ownerCondition } from '../database/key-condition.js';
import { storedValue } from '../database/stored-value.js';
import { identityEntityFor, type Identity } from '../identities/identity.entity.js';
import { tokenEntityFor, type AuthToken } from '../tokens/auth-token.entity.js';
import type { AnyUser, UserId } from '../users/token-auth-user.entity.js';
import type { UserValues } from './rails-user.js';

/** The tables that users are moved into. */
export class ImportTarget<U extends AnyUser> {
  private readonly database: Database;
  private readonly tokens: Type<AuthToken<U>>;
  private readonly identities: Type<Identity<U>>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly userEntity: Type<U>,
  ) {
    this.database = new Database(dataSource);
    this.tokens = tokenEntityFor(userEntity);
    this.identities = identityEntityFor(userEntity);
    const missing = [userEntity, this.tokens, this.identities].some((entity) => !dataSource.hasMetadata(entity));
    if (!dataSource.isInitialized || missing) {
      throw new TypeError(
        `target must be an initialised data source with the entities entitiesFor(${userEntity.name}), and its tables made.`,
      );
    }
  }

  /** A user as an entity that has nothing but its key. */
  keyed(id: UserId): U {
    return Object.assign(this.dataSource.getRepository(this.userEntity).create(), { id });
  }

  /** The user with this key, softly deleted ones included. */
  async find(id: UserId): Promise<U | null> {
    return await this.findUser((query) => query.where(this.isUser(id, 'user')));
  }

  /** Another user who has this address, or what the unique index takes for the same. */
  async holderOf(email: string, id: UserId): Promise<U | null> {
    const value = storedValue(this.dataSource, this.userEntity, 'email', email);
    const holder = await this.findUser((query) => query.where('user.email = :email', { email: value }));
    return holder === null || String(holder.id) === String(id) ? null : holder;
  }

  private async findUser(condition: (query: SelectQueryBuilder<U>) => SelectQueryBuilder<U>): Promise<U | null> {
    return await this.database.read((runner) => {
      const query = this.dataSource.createQueryBuilder(this.userEntity, 'user', runner).withDeleted();
      return condition(query.addSelect(['user.email', 'user.authEpoch', 'user.updatedAt'])).getOne();
    });
  }

  /** The clients of a user. */
  async clientsOf(user: U): Promise<AuthToken<U>[]> {
    return await this.database.read((runner) =>
      this.dataSource
        .createQueryBuilder(this.tokens, 'token', runner)
        .where(ownerCondition(this.dataSource, this.tokens, user, 'token'))
        .getMany(),
    );
  }

  /** Which of these names clients have already, in lower case: a collation may take others for the same. */
  async takenNames(names: readonly string[]): Promise<ReadonlySet<string>> {
    if (names.length === 0) return new Set();
    const rows = await this.database.read((runner) =>
      this.dataSource
        .createQueryBuilder(this.tokens, 'token', runner)
        .select(['token.id', 'token.client'])
        .where('token.client IN (:...names)', { names })
        .getMany(),
    );
    return new Set(rows.map(({ client }) => client.toLowerCase()));
  }

  async hasIdentity(hash: string): Promise<boolean> {
    return await this.database.read((runner) =>
      this.dataSource.createQueryBuilder(this.identities, 'identity', runner).where({ hash }).getExists(),
    );
  }

  insertUser(values: UserValues<U>): Statement {
    // All columns by name: left to itself, an insert leaves out a generated key.
    const columns = this.dataSource.getMetadata(this.userEntity).columns.filter(({ isInsert }) => isInsert);
    return this.dataSource
      .createQueryBuilder()
      .insert()
      .into(
        this.userEntity,
        columns.map(({ propertyPath }) => propertyPath),
      )
      .values({ ...values, authEpoch: 0 } as never)
      .updateEntity(false);
  }

  updateUser(id: UserId, values: Partial<U>, seen: Partial<U>): Statement {
    const query = this.dataSource
      .createQueryBuilder()
      .update(this.userEntity)
      .set(values as never)
      .where(this.isUser(id));
    for (const [property, value] of Object.entries(seen)) {
      const stored = storedValue(this.dataSource, this.userEntity, property, value);
      query.andWhere(`${property} = :seen_${property}`, { [`seen_${property}`]: stored });
    }
    return query;
  }

  insertIdentity(identity: Omit<Identity<U>, 'user'> & { user: U }): Statement {
    return this.insert(this.identities, [identity]);
  }

  insertClients(rows: readonly (Omit<AuthToken, 'user'> & { user: U })[]): Statement {
    return this.insert(this.tokens, rows);
  }

  private insert(entity: Type<object>, rows: readonly object[]): Statement {
    return this.dataSource
      .createQueryBuilder()
      .insert()
      .into(entity)
      .values(rows as never)
      .updateEntity(false);
  }

  /** Changes a client that has not been used here. */
  updateClient(id: string, values: Partial<AuthToken>): Statement {
    return this.dataSource
      .createQueryBuilder()
      .update(this.tokens)
      .set(values as never)
      .where('id = :id AND legacyHashes IS NOT NULL', { id });
  }

  /** Ends a client that has not been used here. */
  deleteClient(id: string): Statement {
    return this.dataSource
      .createQueryBuilder()
      .delete()
      .from(this.tokens)
      .where('id = :id AND legacyHashes IS NOT NULL', { id });
  }

  /** Carries statements out, all or none. */
  async run(steps: readonly Step[]): Promise<boolean> {
    return await this.database.allOrNone(steps);
  }

  /** Lets PostgreSQL count on from the highest key; the other databases do so by themselves. */
  async advanceSequence(): Promise<void> {
    const { primaryColumns, tablePath } = this.dataSource.getMetadata(this.userEntity);
    const [key] = primaryColumns;
    if (this.dataSource.options.type !== 'postgres' || key?.generationStrategy !== 'increment') return;
    const { driver } = this.dataSource;
    const table = escapedPath(driver, tablePath);
    const sequence = 'CAST(pg_get_serial_sequence($1, $2) AS regclass)';
    const highest = `(SELECT MAX(${driver.escape(key.databaseName)}) FROM ${table})`;
    const sql = `SELECT setval(${sequence}, GREATEST(${highest}, nextval(${sequence})))`;
    await this.database.write({ getQueryAndParameters: () => [sql, [table, key.databaseName]] });
  }

  private isUser(id: UserId, alias?: string) {
    const key = this.dataSource
      .getMetadata(this.userEntity)
      .primaryColumns.map((column) => ({ column, source: column }));
    return keyCondition(this.dataSource, this.keyed(id), key, alias);
  }
}
