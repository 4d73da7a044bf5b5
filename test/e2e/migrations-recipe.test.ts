import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, DATABASES, type TestDatabase } from '../support/databases.js';
import { CompiledExample, root } from '../support/examples.js';
import { schemaOf } from '../support/migrations.js';

describe.skipIf(!DATABASES.includes('postgres'))('the data source of the documentation', () => {
  let example: CompiledExample;
  let database: TestDatabase;
  beforeAll(async () => {
    example = new CompiledExample('docs/migrations.md', 'data-source.ts');
    database = await createDatabase('postgres');
  });
  afterAll(async () => {
    example?.remove();
    await database.drop();
  });

  function typeorm(command: string): void {
    const { url } = database.options as { url: string };
    execFileSync(process.execPath, [join(root, 'node_modules/typeorm/cli.js'), command, '-d', example.path], {
      env: { ...process.env, DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
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
