import { tokenAuthMigrations, TokenAuthUser } from 'nestjs-token-auth';
import {
  Column,
  Entity,
  PrimaryGeneratedColumn,
  TableColumn,
  type DataSourceOptions,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { credentialsOf, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { StatementLog } from '../support/statements.js';
import { drift, migrated, schemaOf, withDataSource } from '../support/migrations.js';

@Entity()
class Member extends TokenAuthUser<string> {
  @PrimaryGeneratedColumn('uuid')
  declare id: string;

  @Column({ name: 'mail', type: 'varchar', length: 200, nullable: true })
  declare email: string | null;

  @Column({ type: 'varchar', length: 50, default: '' })
  name!: string;
}

/** What an application's own first migration would be. */
class AddName1900000000000 implements MigrationInterface {
  private readonly column = new TableColumn({ name: 'name', type: 'varchar', length: '50', default: "''" });

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('member', this.column);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('member', this.column);
  }
}

const OPTIONS = migrated(Member, { migrations: [AddName1900000000000, ...tokenAuthMigrations(Member)] });

onEveryDatabase('migrations', (platform) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase(platform.database);
  });
  afterEach(() => database.drop());

  it('make the database that an application with a migration of its own needs', async () => {
    const dataSource = { ...OPTIONS, migrationsRun: true } as Partial<DataSourceOptions>;
    const app = await TestApp.start(platform, { database, dataSource, auth: { userEntity: Member } });
    try {
      expect(await drift(app.dataSource)).toEqual([]);
      const { email } = await newAccount(app);
      const answer = await signIn(app, { email, password: PASSWORD });
      expect([answer.status, told(answer)]).toEqual([200, 'token']);
      const client = new ProtocolClient(app, credentialsOf(answer));
      app.clock.advance('6s');
      expect(told(await client.go('/auth/validate_token'))).toBe('token');
      await app.dataSource.getRepository(Member).delete({ email });
      expect(await app.rows()).toEqual([]);
    } finally {
      await app.close();
    }
  });

  it('leave an empty database when they are undone', async () => {
    await withDataSource(database, OPTIONS, async (dataSource) => {
      for (let turn = 0; turn < 2; turn++) {
        await dataSource.runMigrations();
        await dataSource.undoLastMigration();
        await dataSource.undoLastMigration();
        expect(await schemaOf(dataSource, 'member')).toEqual([]);
      }
    });
  });

  it('find done what synchronize has made, and do not undo it', async () => {
    await withDataSource(database, { ...OPTIONS, synchronize: true }, async () => undefined);
    const options = migrated(Member);
    await withDataSource(database, options, async (dataSource) => {
      const before = await schemaOf(dataSource, 'member');
      await dataSource.runMigrations();
      expect(await schemaOf(dataSource, 'member')).toEqual(before);
      await dataSource.undoLastMigration();
      expect(await schemaOf(dataSource, 'member')).toEqual(before);
    });
  });

  it('are harmless when their record is lost and they run again', async () => {
    await withDataSource(database, OPTIONS, async (dataSource) => {
      await dataSource.runMigrations();
      const before = await schemaOf(dataSource, 'member');
      await dataSource.query("DELETE FROM migrations WHERE name LIKE 'MemberTokenAuth%'");
      expect(await dataSource.runMigrations()).toHaveLength(1);
      expect(await schemaOf(dataSource, 'member')).toEqual(before);
      await dataSource.undoLastMigration();
      expect(await schemaOf(dataSource, 'member')).toEqual([]);
    });
  });

  it('say which entity the data source lacks', async () => {
    const options = { entities: [], migrations: tokenAuthMigrations(Member), logger: new StatementLog() };
    await withDataSource(database, options, async (dataSource) => {
      await expect(dataSource.runMigrations()).rejects.toThrow('entities: [...entitiesFor(Member), …]');
    });
  });
});

it('the names of migrations, by which databases know them, never change', () => {
  const names = tokenAuthMigrations(Member).map((migration) => new migration().name);
  expect(names).toEqual(['MemberTokenAuth1795305600000']);
});
