import { readFileSync } from 'node:fs';
import { SchematicTestRunner, UnitTestTree } from '@angular-devkit/schematics/testing/index.js';
import { beforeEach, describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const { devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  devDependencies: Record<string, string>;
};

const MODULE = '/src/app.module.ts';
const USER = '/src/users/user.entity.ts';

describe.each(['esm', 'cjs'] as const)('nest add, in a new %s application', (type) => {
  let runner: SchematicTestRunner;
  let tree: UnitTestTree;
  let said: string[];

  beforeEach(async () => {
    runner = new SchematicTestRunner('nestjs-token-auth', `${root}schematics/collection.json`);
    said = [];
    runner.logger.subscribe(({ message }) => said.push(message));
    const options = { name: 'api', directory: '.', type, packageManager: 'npm' };
    tree = await runner.runExternalSchematic('@nestjs/schematics', 'application', options);
  });

  async function add(options: object = {}): Promise<void> {
    tree = await runner.runSchematic('nest-add', { sourceRoot: 'src', ...options }, tree);
  }

  const extension = type === 'esm' ? '.js' : '';
  const dependencies = () => (tree.readJson('/package.json') as { dependencies: Record<string, string> }).dependencies;

  it('makes the user entity and registers the modules', async () => {
    await add();
    expect(tree.readText(USER)).toContain('export class User extends TokenAuthUser {');
    expect(tree.readText(MODULE)).toBe(`import { Module } from '@nestjs/common';
import { AppController } from './app.controller${extension}';
import { AppService } from './app.service${extension}';
import { TypeOrmModule } from '@nestjs/typeorm';
import Database from 'libsql';
import { TokenAuthModule } from 'nestjs-token-auth';
import { User } from './users/user.entity${extension}';

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      driver: Database,
      database: 'app.sqlite',
      autoLoadEntities: true,
      // Makes the tables by itself. In production take migrations: tokenAuthMigrations(User).
      synchronize: true,
    }),
    TokenAuthModule.forRoot({ userEntity: User }),
  ],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`);
  });

  it('names the packages, installs them, and says what to try', async () => {
    await add();
    expect(dependencies()).toMatchObject({
      '@nestjs/typeorm': `^${devDependencies['@nestjs/typeorm']}`,
      libsql: `^${devDependencies['libsql']}`,
      typeorm: `^${devDependencies['typeorm']}`,
      'nestjs-token-auth': expect.stringMatching(/^\^\d/),
    });
    expect(runner.tasks).toMatchObject([{ name: 'node-package', options: { packageManager: 'npm' } }]);
    expect(said.join('\n')).toContain('curl -i http://localhost:3000/auth ');
  });

  it('changes nothing when it runs again', async () => {
    await add();
    const before = tree.files.map((path) => [path, tree.readText(path)]);
    runner.tasks.splice(0);
    await add();
    expect(tree.files.map((path) => [path, tree.readText(path)])).toEqual(before);
    expect(said.join('\n')).toContain('has TokenAuthModule already');
  });

  it('keeps a data source, wherever it is, and packages that are there', async () => {
    tree.create('/src/database/database.module.ts', 'export const source = TypeOrmModule.forRootAsync({});');
    tree.create('/pnpm-lock.yaml', '');
    const manifest = tree.readJson('/package.json') as { dependencies: object };
    manifest.dependencies = { ...manifest.dependencies, typeorm: '0.3.28', '@nestjs/core': '^11.1.0' };
    tree.overwrite('/package.json', JSON.stringify(manifest));
    await add({ skipInstall: true });
    expect(tree.readText(MODULE)).not.toContain('TypeOrmModule');
    expect(tree.readText(MODULE)).toContain('TokenAuthModule.forRoot({ userEntity: User })');
    expect(dependencies()).toMatchObject({ typeorm: '0.3.28', '@nestjs/typeorm': '^11.0.0' });
    expect(dependencies()).not.toHaveProperty('libsql');
    expect(runner.tasks).toEqual([]);
    expect(said.join('\n')).toContain('Your data source needs autoLoadEntities: true');
  });

  it('keeps what the root module imports', async () => {
    const text = tree.readText(MODULE).replace('imports: []', 'imports: [ConfigModule.forRoot()]');
    tree.overwrite(MODULE, text);
    await add();
    expect(tree.readText(MODULE)).toMatch(/imports: \[ConfigModule\.forRoot\(\), TypeOrmModule\.forRoot\(\{/);
    expect(tree.readText(MODULE)).toContain('TokenAuthModule.forRoot({ userEntity: User })]');
  });

  it('takes a root module without a list of imports', async () => {
    tree.overwrite(MODULE, tree.readText(MODULE).replace('  imports: [],\n', ''));
    await add();
    expect(tree.readText(MODULE)).toMatch(/imports: \[\n {4}TypeOrmModule/);
  });

  it.each([
    ['has no list that can be added to', (text: string) => text.replace('imports: []', 'imports: modules()')],
    ['has no decorator', () => 'export class AppModule {}\n'],
  ])('says what to do by hand where the root module %s', async (_, edit) => {
    const text = edit(tree.readText(MODULE));
    tree.overwrite(MODULE, text);
    await add();
    expect(tree.readText(MODULE)).toBe(text);
    expect(said.join('\n')).toContain(`${MODULE} could not be edited. Add this to your root module:`);
    expect(said.join('\n')).toContain(`import { User } from './users/user.entity${extension}';`);
  });

  it('says what to do by hand where there is no root module', async () => {
    tree.delete(MODULE);
    await add();
    expect(said.join('\n')).toContain('Add this to your root module');
  });

  it('keeps an entity of the same name', async () => {
    tree.create(USER, 'export class User {}\n');
    await add();
    expect(tree.readText(USER)).toBe('export class User {}\n');
    expect(said.join('\n')).toContain('let its class User extend TokenAuthUser');
  });
});
