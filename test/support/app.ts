import 'reflect-metadata';
import type { INestApplication, ModuleMetadata, Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  TOKEN_AUTH_CLOCK,
  TokenAuthModule,
  TokenAuthUser,
  tokenEntityFor,
  type AnyUser,
  type AuthToken,
  type TokenAuthModuleOptions,
} from 'nestjs-token-auth';
import { Column, DataSource, Entity, type DataSourceOptions } from 'typeorm';
import { describe } from 'vitest';
import { SteppingClock } from './clock.js';
import { createDatabase, DATABASES, type DatabaseKind, type TestDatabase } from './databases.js';
import { LogKeeper } from './log-keeper.js';
import { watchOptions } from './secret-sources.js';
import { StatementLog } from './statements.js';
import { watchEvents, watchThrown } from './watched-nest.js';

watchThrown();

export type Adapter = 'express' | 'fastify';
export const ADAPTERS: readonly Adapter[] = ['express', 'fastify'];

/** What a test runs on. */
export interface Platform {
  readonly adapter: Adapter;
  readonly database: DatabaseKind;
}

export type PlatformTests = (platform: Platform) => void;

/** Runs a group of tests on every adapter with every database. */
export function onEveryPlatform(name: string, tests: PlatformTests): void {
  for (const adapter of ADAPTERS) for (const database of DATABASES) on({ adapter, database }, name, tests);
}

/** Runs a group of tests on every adapter, for what has nothing to do with the database. */
export function onEveryAdapter(name: string, tests: PlatformTests): void {
  for (const adapter of ADAPTERS) on({ adapter, database: 'sqlite' }, name, tests);
}

/** Runs a group of tests on every database, for what has nothing to do with the adapter. */
export function onEveryDatabase(name: string, tests: PlatformTests): void {
  for (const database of DATABASES) on({ adapter: 'express', database }, name, tests);
}

/** Runs a group of tests on every database server, for what an embedded database does not have; skips what is not given. */
export function onEveryServer(name: string, tests: PlatformTests): void {
  for (const database of ['postgres', 'mysql'] as const) {
    describe.skipIf(!DATABASES.includes(database))(`${name} (${database})`, () => {
      tests({ adapter: 'express', database });
    });
  }
}

/** Runs a group of tests on one platform. */
export function on(platform: Platform, name: string, tests: PlatformTests): void {
  describe(`${name} (${platform.adapter}, ${platform.database})`, () => {
    tests(platform);
  });
}

@Entity()
export class User extends TokenAuthUser {
  @Column({ type: 'varchar', default: '' })
  name!: string;
}

export interface AppOptions {
  /** Options of the module; the user entity is {@link User}, the cost of bcrypt 4 unless given. */
  readonly auth?: Partial<TokenAuthModuleOptions<any>>;
  readonly imports?: ModuleMetadata['imports'];
  readonly controllers?: Type<unknown>[];
  readonly providers?: ModuleMetadata['providers'];
  /** More entities, beside the user and its tokens. */
  readonly entities?: Function[];
  /** Uses the clock of the process (and the database) instead of a test clock. */
  readonly realTime?: boolean;
  /** Uses this database instead of a new one, and does not drop it. */
  readonly database?: TestDatabase;
  readonly dataSource?: Partial<DataSourceOptions>;
  /** Believes what proxies say of where a request comes from. */
  readonly trustProxy?: boolean;
  /** Listens on this port instead of a free one. */
  readonly port?: number;
  /** Changes the application before it starts. */
  readonly configure?: (app: INestApplication) => void;
}

/** A small application that listens on a port of its own. */
export class TestApp {
  constructor(
    readonly nest: INestApplication,
    readonly url: string,
    readonly clock: SteppingClock,
    readonly log: StatementLog,
    private readonly userEntity: Type<AnyUser>,
    private readonly database: TestDatabase | null,
  ) {}

  static async start({ adapter, database }: Platform, options: AppOptions = {}): Promise<TestApp> {
    const own = options.database === undefined ? await createDatabase(database) : null;
    const clock = new SteppingClock();
    const log = new StatementLog();
    const auth = { userEntity: User, passwordCost: 4, ...options.auth };
    watchOptions(auth);
    const source = {
      ...(options.database ?? own)?.options,
      synchronize: options.database === undefined,
      autoLoadEntities: true,
      retryAttempts: 0,
      logging: true,
      logger: log,
      ...options.dataSource,
    } as unknown as DataSourceOptions;
    const builder = Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot(source),
        ...(options.entities === undefined ? [] : [TypeOrmModule.forFeature(options.entities as never)]),
        TokenAuthModule.forRoot(auth),
        ...(options.imports ?? []),
      ],
      controllers: options.controllers ?? [],
      providers: options.providers ?? [],
    });
    if (options.realTime !== true) builder.overrideProvider(TOKEN_AUTH_CLOCK).useValue(clock);
    const module = await builder.compile();
    const nest = module.createNestApplication(adapterOf(adapter, options.trustProxy ?? false), {
      logger: new LogKeeper(),
    });
    watchEvents(nest);
    options.configure?.(nest);
    await nest.listen(options.port ?? 0, '127.0.0.1');
    return new TestApp(nest, await nest.getUrl(), clock, log, auth.userEntity, own);
  }

  get dataSource(): DataSource {
    return this.nest.get(DataSource);
  }

  /** All clients' rows, oldest first. */
  async rows(): Promise<AuthToken[]> {
    return await this.dataSource.getRepository(tokenEntityFor(this.userEntity)).find({ order: { createdAt: 'ASC' } });
  }

  /** The only client's row. */
  async row(): Promise<AuthToken> {
    const [row, ...others] = await this.rows();
    if (row === undefined || others.length > 0)
      throw new Error(`Expected one row, found ${others.length + (row ? 1 : 0)}`);
    return row;
  }

  /** The row of a client, by the name that it sends; undefined when the client has ended. */
  async rowOf(client: { headers: Record<string, string> }): Promise<AuthToken | undefined> {
    const { client: name = '' } = client.headers;
    const rows = this.dataSource.getRepository(tokenEntityFor(this.userEntity));
    return (await rows.findOneBy({ client: name })) ?? undefined;
  }

  /** A saved user. */
  async user(values: object = {}): Promise<any> {
    const email = `user${Math.random().toString(36).slice(2)}@example.com`;
    const repository = this.dataSource.getRepository(this.userEntity);
    return await repository.save(repository.create({ email, uid: email, provider: 'email', ...values } as never));
  }

  async close(): Promise<void> {
    await this.nest.close();
    await this.database?.drop();
  }
}

function adapterOf(adapter: Adapter, trustProxy: boolean): ExpressAdapter | FastifyAdapter {
  if (adapter === 'fastify') return new FastifyAdapter({ trustProxy });
  const express = new ExpressAdapter();
  express.set('trust proxy', trustProxy);
  return express;
}
