import { TokenAuthUser } from 'nestjs-token-auth';
import { Column, DataSource, Entity, Table, type DataSourceOptions } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEveryDatabase } from '../support/app.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { StatementLog } from '../support/statements.js';
import { drift, makeUserTable, migrated, schemaOf } from '../support/migrations.js';

@Entity()
class Author extends TokenAuthUser {
  @Column({ type: 'varchar', length: 255, nullable: true })
  nickname!: string | null;
}

@Entity()
class Strict extends TokenAuthUser {
  @Column({ type: 'varchar', length: 100 })
  declare encryptedPassword: string;
}

onEveryDatabase('migrating a user table that has rows', (platform) => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createDatabase(platform.database);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const text = { type: 'varchar', length: '255', isNullable: true };

  /** Users with these addresses, and a post of each. */
  async function given(userEntity: typeof Author, emails: (string | null)[]): Promise<void> {
    const options = { ...database.options, ...migrated(userEntity), logger: new StatementLog() } as DataSourceOptions;
    dataSource = await new DataSource(options).initialize();
    const table = dataSource.getMetadata(userEntity).tableName;
    await makeUserTable(dataSource, table, [
      { name: 'email', ...text },
      { name: 'nickname', ...text },
    ]);
    const type = dataSource.driver.normalizeType({ type: 'int' });
    const foreignKeys = [
      { columnNames: ['authorId'], referencedTableName: table, referencedColumnNames: ['id'], onDelete: 'CASCADE' },
    ];
    const runner = dataSource.createQueryRunner();
    await runner.createTable(new Table({ name: 'post', columns: [{ name: 'authorId', type }], foreignKeys }));
    await runner.release();
    for (const [index, email] of emails.entries()) {
      const value = email === null ? 'NULL' : `'${email}'`;
      await dataSource.query(`INSERT INTO ${table} (id, email) VALUES (${index + 1}, ${value})`);
      await dataSource.query(`INSERT INTO post VALUES (${index + 1})`);
    }
  }

  async function posts(): Promise<number> {
    const rows: { count: number }[] = await dataSource.query('SELECT COUNT(*) AS count FROM post');
    return Number(rows[0]?.count);
  }

  it.each(['all', 'each', 'none'] as const)(
    'keeps them and what refers to them, transactions: %s',
    async (transaction) => {
      await given(Author, ['ada@example.com', null, 'grace@example.com']);
      const before = await schemaOf(dataSource, 'author', ['post']);
      const start = Date.now();
      await dataSource.runMigrations({ transaction });
      expect(await drift(dataSource)).toEqual([]);

      const authors = await dataSource.getRepository(Author).find({
        order: { id: 'ASC' },
        select: {
          id: true,
          email: true,
          uid: true,
          provider: true,
          authEpoch: true,
          failedAttempts: true,
          createdAt: true,
        },
      });
      expect(authors.map(({ id, email, uid }) => [id, email, uid])).toEqual([
        [1, 'ada@example.com', 'ada@example.com'],
        [2, null, '2'],
        [3, 'grace@example.com', 'grace@example.com'],
      ]);
      for (const author of authors) {
        expect(author).toMatchObject({ provider: 'email', authEpoch: 0, failedAttempts: 0 });
        expect(Math.abs(author.createdAt.getTime() - start)).toBeLessThan(24 * 3_600_000);
      }
      expect(await posts()).toBe(3);

      expect(await dataSource.runMigrations({ transaction })).toEqual([]);
      await dataSource.undoLastMigration({ transaction });
      expect(await schemaOf(dataSource, 'author', ['post'])).toEqual(before);
      expect(await posts()).toBe(3);
      await dataSource.runMigrations({ transaction });
      expect(await dataSource.getRepository(Author).countBy({ uid: 'ada@example.com' })).toBe(1);
    },
  );

  it('refuses two users with one address, and changes nothing', async () => {
    await given(Author, ['ada@example.com', 'ada@example.com']);
    const before = await schemaOf(dataSource, 'author', ['post']);
    await expect(dataSource.runMigrations()).rejects.toThrow('Several rows of the table author have the same email.');
    expect(await schemaOf(dataSource, 'author', ['post'])).toEqual(before);
  });

  it('refuses to guess what a column of the application gets', async () => {
    await given(Strict as unknown as typeof Author, ['ada@example.com']);
    await expect(dataSource.runMigrations()).rejects.toThrow(/has rows, and nothing tells what to put into encryptedP/);
  });
});
