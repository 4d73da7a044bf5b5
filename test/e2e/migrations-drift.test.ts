import type { Type } from '@nestjs/common';
import { entitiesFor, tokenAuthMigrations, TokenAuthUser, type AnyUser } from 'nestjs-token-auth';
import {
  ChildEntity,
  Column,
  DefaultNamingStrategy,
  Entity,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  TableInheritance,
  type DataSourceOptions,
  type NamingStrategyInterface,
} from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEveryDatabase } from '../support/app.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { drift, makeUserTable, migrated, withDataSource } from '../support/migrations.js';

/** As applications write it that are used to snake case. */
class SnakeCase extends DefaultNamingStrategy implements NamingStrategyInterface {
  override columnName(propertyName: string, customName: string | undefined, prefixes: string[]): string {
    return [...prefixes, customName ?? propertyName].map(snakeCase).join('_');
  }
  override joinColumnName(relationName: string, referencedColumnName: string): string {
    return snakeCase(`${relationName}_${referencedColumnName}`);
  }
  override indexName(table: string, columnNames: string[]): string {
    return `ix_${table}_${columnNames.join('_')}`;
  }
  override foreignKeyName(table: string, columnNames: string[]): string {
    return `fk_${table}_${columnNames.join('_')}`;
  }
}

function snakeCase(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

@Entity()
class Plain extends TokenAuthUser {}

@Entity()
class WithUuid extends TokenAuthUser<string> {
  @PrimaryGeneratedColumn('uuid')
  declare id: string;
}

@Entity()
class WithBigint extends TokenAuthUser<string> {
  @PrimaryColumn({ type: 'bigint' })
  declare id: string;
}

@Entity()
class WithText extends TokenAuthUser<string> {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  declare id: string;
}

@Entity({ name: 'people' })
class Composite extends TokenAuthUser<string> {
  @PrimaryColumn({ type: 'varchar', length: 20 })
  tenant!: string;

  @PrimaryColumn({ type: 'uuid', name: 'number' })
  declare id: string;
}

@Entity()
class Overriding extends TokenAuthUser {
  @PrimaryGeneratedColumn({ name: 'user_no' })
  declare id: number;

  @Column({ name: 'mail', type: 'varchar', length: 100 })
  declare email: string;

  @Column({ name: 'password_digest', type: 'varchar', length: 80, nullable: true, select: false })
  declare encryptedPassword: string | null;

  @Column({ type: 'varchar', length: 40, nullable: true })
  declare uid: string;
}

@Entity({ schema: 'people' })
class Foreign extends TokenAuthUser {}

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind', default: '' } })
class Person extends TokenAuthUser {}

@ChildEntity()
class Customer extends Person {
  @Column({ type: 'varchar', default: '' })
  name!: string;
}

type Case = [string, Type<AnyUser>, Partial<DataSourceOptions> & { entityPrefix?: string }];

const CASES: Case[] = [
  ['a numbered user', Plain, {}],
  ['a uuid', WithUuid, {}],
  ['a bigint', WithBigint, {}],
  ['a text', WithText, {}],
  ['a composite key', Composite, {}],
  ['overridden columns', Overriding, {}],
  ['a naming strategy', Plain, { namingStrategy: new SnakeCase() }],
  ['a naming strategy, overridden columns', Overriding, { namingStrategy: new SnakeCase() }],
  ['a prefix', WithUuid, { entityPrefix: 'app_' }],
];

onEveryDatabase('migrations on an empty database leave no drift', (platform) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase(platform.database);
  });
  afterEach(() => database.drop());

  it.each(CASES)('with %s', async (_, userEntity, options) => {
    await withDataSource(database, migrated(userEntity, options), async (dataSource) => {
      expect(await drift(dataSource)).not.toEqual([]);
      await dataSource.runMigrations();
      expect(await drift(dataSource)).toEqual([]);
      expect(await dataSource.runMigrations()).toEqual([]);
    });
  });

  it.runIf(platform.database === 'postgres')('with a schema', async () => {
    await withDataSource(database, {}, async (dataSource) => {
      await dataSource.query('CREATE SCHEMA people');
      await dataSource.query('CREATE SCHEMA auth');
    });
    const options = { ...migrated(Foreign), schema: 'auth' } as Partial<DataSourceOptions>;
    await withDataSource(database, options, async (dataSource) => {
      await dataSource.runMigrations();
      expect(await drift(dataSource)).toEqual([]);
      const rows: unknown[] = await dataSource.query(
        `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
      );
      expect(rows.map((row) => (row as { name: string }).name)).toEqual([
        'auth.foreign_auth_token',
        'auth.foreign_identity',
        'auth.foreign_one_time_token',
        'auth.foreign_throttle',
        'auth.foreign_token_auth_schema',
        'auth.migrations',
        'people.foreign',
      ]);
      await dataSource.undoLastMigration();
      expect(await drift(dataSource)).not.toEqual([]);
    });
  });

  it('for several kinds of users', async () => {
    const options = {
      entities: [...entitiesFor(Plain), ...entitiesFor(Composite)],
      migrations: [...tokenAuthMigrations(Plain), ...tokenAuthMigrations(Composite)],
    };
    await withDataSource(database, options, async (dataSource) => {
      await dataSource.runMigrations();
      expect(await drift(dataSource)).toEqual([]);
    });
  });
});

onEveryDatabase('a column that is added to an entity without a migration is drift', (platform) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase(platform.database);
  });
  afterEach(() => database.drop());

  // Fails when somebody adds one: write it down in a new version of lib/migrations/versions.ts.
  it('so every column of the user, clients, one-time tokens, identities and counters has one', async () => {
    await withDataSource(database, migrated(Plain), async (dataSource) => {
      await makeUserTable(dataSource, 'plain');
      await dataSource.runMigrations();
      expect(await drift(dataSource)).toEqual([]);
    });
  });

  it('and so is one of the application, which makes its own', async () => {
    const entities = [Person, ...entitiesFor(Customer)];
    await withDataSource(database, migrated(Customer, { entities }), async (dataSource) => {
      await dataSource.runMigrations();
      const own = await drift(dataSource);
      expect(own.join()).toContain('name');
      expect(own.join()).toContain('kind');
      expect(own.join()).not.toContain('customer_');
    });
  });
});
