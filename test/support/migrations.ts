import type { Type } from '@nestjs/common';
import { entitiesFor, tokenAuthMigrations, type AnyUser } from 'nestjs-token-auth';
import { DataSource, Table, type DataSourceOptions, type TableColumnOptions } from 'typeorm';
import type { TestDatabase } from './databases.js';

/** Options of a data source that an application would migrate. */
export function migrated(userEntity: Type<AnyUser>, more: Partial<DataSourceOptions> = {}): Partial<DataSourceOptions> {
  return {
    entities: entitiesFor(userEntity),
    migrations: tokenAuthMigrations(userEntity),
    synchronize: false,
    ...more,
  } as Partial<DataSourceOptions>;
}

/** Opens a data source for as long as some work takes. */
export async function withDataSource<T>(
  database: TestDatabase,
  options: Partial<DataSourceOptions>,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const source = { ...database.options, ...options } as DataSourceOptions;
  const dataSource = await new DataSource(source).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** What TypeORM would still have to do for the entities: nothing, where there is no drift. */
export async function drift(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

/**
 * The columns, indices and foreign keys of the user table, of the module's and of some other tables, as far as they
 * exist.
 */
export async function schemaOf(dataSource: DataSource, user: string, others: string[] = []): Promise<unknown> {
  const suffixes = ['auth_token', 'one_time_token', 'identity', 'throttle', 'token_auth_schema'];
  const runner = dataSource.createQueryRunner();
  try {
    const tables = await runner.getTables([user, ...suffixes.map((suffix) => `${user}_${suffix}`), ...others]);
    return tables
      .map(({ name, columns, indices, foreignKeys }) => ({
        name,
        columns: columns.map(({ name, type, length, isNullable, default: value }) => [
          name,
          type,
          length,
          isNullable,
          value,
        ]),
        indices: namesOf(indices),
        foreignKeys: namesOf(foreignKeys),
      }))
      .sort((a, b) => a.name.localeCompare(b.name));
  } finally {
    await runner.release();
  }
}

/** A user table as an application may have had it before: a numbered key, and these columns. */
export async function makeUserTable(
  dataSource: DataSource,
  name: string,
  columns: TableColumnOptions[] = [],
): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const type = dataSource.driver.normalizeType({ type: 'int' });
  const id = { name: 'id', type, isPrimary: true, isGenerated: true, generationStrategy: 'increment' as const };
  await runner.createTable(new Table({ name, columns: [id, ...columns] }));
  await runner.release();
}

function namesOf(things: { name?: string }[]): string[] {
  return things.map(({ name = '' }) => name).sort((a, b) => a.localeCompare(b));
}
