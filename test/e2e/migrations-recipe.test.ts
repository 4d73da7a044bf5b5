import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, DATABASES, type TestDatabase } from '../support/databases.js';
import { CompiledExamples } from '../support/docs.js';
import { schemaOf } from '../support/migrations.js';

const root = new URL('../..', import.meta.url).pathname;

describe.skipIf(!DATABASES.includes('postgres'))('the data source of the documentation', () => {
  let examples: CompiledExamples;
  let database: TestDatabase;
  beforeAll(async () => {
    examples = new CompiledExamples('migrations', {
      'user.entity.ts': 'docs/user-entity.md',
      'data-source.ts': 'docs/migrations.md',
    });
    database = await createDatabase('postgres');
  });
  afterAll(async () => {
    examples.remove();
    await database.drop();
  });

  function typeorm(command: string): void {
    const { url } = database.options as { url: string };
    execFileSync(
      process.execPath,
      [join(root, 'node_modules/typeorm/cli.js'), command, '-d', examples.path('data-source.ts')],
      { env: { ...process.env, DATABASE_URL: url }, stdio: ['ignore', 'ignore', 'inherit'] },
    );
  }

  it('is migrated, and back, by the TypeORM CLI', async () => {
    typeorm('migration:run');
    const dataSource = await new DataSource(database.options).initialize();
    try {
      expect(await schemaOf(dataSource, 'user')).toHaveLength(6);
      typeorm('migration:revert');
      expect(await schemaOf(dataSource, 'user')).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  });
});
