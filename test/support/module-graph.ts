import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { TokenAuthUser } from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { afterEach } from 'vitest';
import { openLibsql } from './databases.js';

export const inMemory = { type: 'better-sqlite3', driver: openLibsql, database: ':memory:' } as DataSourceOptions;

const started: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const module of started.splice(0)) await module.close();
});

/** Starts a module graph that holds the given modules and a database; it ends with the test. */
export async function startModules(metadata: ModuleMetadata, source: object = inMemory): Promise<INestApplication> {
  const database = TypeOrmModule.forRoot({
    autoLoadEntities: true,
    ...source,
    synchronize: true,
    retryAttempts: 0,
  } as never);
  const module = await Test.createTestingModule({
    ...metadata,
    imports: [database, ...(metadata.imports ?? [])],
  }).compile();
  started.push(module);
  const app = module.createNestApplication({ logger: false });
  started.unshift(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

/** A saved user of a kind. */
export async function savedUser<U extends TokenAuthUser<any>>(
  app: INestApplication,
  kind: new () => U,
  email = 'ada@example.com',
): Promise<U> {
  return await app.get(DataSource).manager.save(Object.assign(new kind(), { email, uid: email, provider: 'email' }));
}

/** The expiry that a new client is told, in seconds from now: shows which options arrived. */
export async function lifespanOf(app: INestApplication, user: TokenAuthUser<any>): Promise<number> {
  return Math.round(Number((await signInAs(app, user))['expiry']) - Date.now() / 1000);
}
