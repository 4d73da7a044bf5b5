import { Controller, Get, Inject, Injectable, Module, UseGuards, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import Libsql from 'libsql';
import {
  CurrentUser,
  TokenAuthGuard,
  TokenAuthModule,
  TokenAuthOptionsError,
  TokenService,
  type TokenAuthOptions,
  type TokenAuthOptionsFactory,
} from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { User } from '../support/app.js';

const inMemory = { type: 'better-sqlite3', driver: Libsql, database: ':memory:' } as DataSourceOptions;

const started: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const module of started.splice(0)) await module.close();
});

/** Starts a module graph that holds the given modules and a database. */
async function start(metadata: ModuleMetadata, source: object = inMemory) {
  const database = TypeOrmModule.forRoot({
    ...source,
    autoLoadEntities: true,
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

/** The expiry that a new client is told, in seconds from now: shows which options arrived. */
async function lifespanOf(app: Awaited<ReturnType<typeof start>>): Promise<number> {
  const users = app.get(DataSource).getRepository(User);
  const user = await users.save(users.create({ email: 'a@example.com', uid: 'a@example.com', provider: 'email' }));
  const headers = await signInAs(app, user);
  return Math.round(Number(headers['expiry']) - Date.now() / 1000);
}

@Injectable()
class Settings {
  readonly lifespan = '1 hour';
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class AuthOptions implements TokenAuthOptionsFactory {
  createTokenAuthOptions(): TokenAuthOptions {
    return { tokenLifespan: '1 hour' };
  }
}

@Module({ providers: [AuthOptions], exports: [AuthOptions] })
class AuthOptionsModule {}

describe('forRootAsync', () => {
  it.each([
    [
      'useFactory',
      {
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async ({ lifespan }: Settings) => ({ tokenLifespan: lifespan }),
      },
    ],
    ['useClass', { useClass: AuthOptions }],
    ['useExisting', { imports: [AuthOptionsModule], useExisting: AuthOptions }],
  ])('takes its options from %s', async (_, options) => {
    const app = await start({ imports: [TokenAuthModule.forRootAsync({ userEntity: User, ...(options as object) })] });
    expect(await lifespanOf(app)).toBeCloseTo(3600, -1);
    const answer = await fetch(`${await app.getUrl()}/auth/validate_token`);
    expect(answer.status).toBe(401);
  });

  it('fails to start on options that it cannot work with', async () => {
    const module = TokenAuthModule.forRootAsync({
      userEntity: User,
      useFactory: () => ({ tokenLifespan: 'for ever' as never, maxNumberOfDevices: 0 }),
    });
    const failure = await start({ imports: [module] }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TokenAuthOptionsError);
    expect((failure as TokenAuthOptionsError).faults).toHaveLength(2);
  });
});

describe('forRoot', () => {
  it('names all faults of its options in one error', async () => {
    const module = TokenAuthModule.forRoot({
      userEntity: User,
      tokenLifespan: 'a while' as never,
      batchResponse: 'echo' as never,
      lostResponse: 'maybe' as never,
      onTokenReuse: 'shrug' as never,
      maxNumberOfDevices: -1,
      tokenPepper: 'short but secret',
      headersNames: { uid: 'client' },
      passwordCost: 99,
      tokenLifeSpan: '2 weeks',
    } as never);
    const failure = await start({ imports: [module] }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TokenAuthOptionsError);
    const { message, faults } = failure as TokenAuthOptionsError;
    const faulty = [
      'tokenLifespan',
      'batchResponse',
      'lostResponse',
      'onTokenReuse',
      'maxNumberOfDevices',
      'tokenPepper',
      'headersNames',
      'passwordCost',
      'tokenLifeSpan',
    ];
    for (const option of faulty) expect(message).toMatch(new RegExp(`^- ${option} `, 'm'));
    expect(faults).toHaveLength(faulty.length);
    expect(message).not.toContain('short but secret');
  });

  it.each([{}, { userEntity: undefined }, { userEntity: 'User' }])('asks for the user entity: %j', (options) => {
    expect(() => TokenAuthModule.forRoot(options as never)).toThrow(/needs userEntity: the entity class/);
    expect(() => TokenAuthModule.forRootAsync({ ...options, useFactory: () => ({}) } as never)).toThrow(
      /needs userEntity: the entity class/,
    );
  });

  it('refuses to be registered a second time, wherever that is', async () => {
    @Module({ imports: [TokenAuthModule.forRoot({ userEntity: User, path: 'other' })] })
    class FeatureModule {}

    const imports = [TokenAuthModule.forRoot({ userEntity: User }), FeatureModule];
    await expect(start({ imports })).rejects.toThrow(/registered twice. Import TokenAuthModule.forRoot\(\) once/);
  });

  it('can be imported by several modules when it is one and the same', async () => {
    const auth = TokenAuthModule.forRoot({ userEntity: User });

    @Module({ imports: [auth] })
    class FeatureModule {}

    const app = await start({ imports: [auth, FeatureModule] });
    expect(app.get(TokenService)).toBeInstanceOf(TokenService);
  });

  it('can be registered once in each of two applications of one process', async () => {
    const apps = await Promise.all(
      ['1 hour', '2 hours'].map((tokenLifespan) =>
        start({ imports: [TokenAuthModule.forRoot({ userEntity: User, tokenLifespan: tokenLifespan as '1 hour' })] }),
      ),
    );
    const lifespans = await Promise.all(apps.map(lifespanOf));
    expect(lifespans.map((seconds) => Math.round(seconds / 3600))).toEqual([1, 2]);
  });

  it('says which kinds of database it works with when it is given another', async () => {
    const source = { type: 'cockroachdb', url: 'postgres://127.0.0.1:1/none', manualInitialization: true };
    await expect(start({ imports: [TokenAuthModule.forRoot({ userEntity: User })] }, source)).rejects.toThrow(
      /works with data sources of the types better-sqlite3, postgres, mysql, mariadb, not 'cockroachdb'/,
    );
  });
});

describe('isGlobal', () => {
  @Controller('members')
  @UseGuards(TokenAuthGuard)
  class MembersController {
    constructor(@Inject(TokenService) private readonly tokens: TokenService) {}

    @Get()
    async show(@CurrentUser() user: User) {
      return { clients: (await this.tokens.list(user)).length };
    }
  }

  async function membersOf(app: Awaited<ReturnType<typeof start>>): Promise<[number, unknown]> {
    const users = app.get(DataSource).getRepository(User);
    const user = await users.save(users.create({ email: 'b@example.com', uid: 'b@example.com', provider: 'email' }));
    const answer = await fetch(`${await app.getUrl()}/members`, { headers: await signInAs(app, user) });
    return [answer.status, await answer.json()];
  }

  it('true, the default: a module uses the guard without importing anything', async () => {
    @Module({ controllers: [MembersController] })
    class MembersModule {}

    const app = await start({ imports: [MembersModule, TokenAuthModule.forRoot({ userEntity: User })] });
    expect(await membersOf(app)).toEqual([200, { clients: 1 }]);
  });

  it('false: a module uses the guard when it imports the same registration', async () => {
    const auth = TokenAuthModule.forRoot({ userEntity: User, isGlobal: false });

    @Module({ imports: [auth], controllers: [MembersController] })
    class MembersModule {}

    expect(await membersOf(await start({ imports: [auth, MembersModule] }))).toEqual([200, { clients: 1 }]);
  });

  it('false: a module that does not import it cannot start', async () => {
    @Module({ controllers: [MembersController] })
    class MembersModule {}

    const auth = TokenAuthModule.forRoot({ userEntity: User, isGlobal: false });
    await expect(start({ imports: [auth, MembersModule] })).rejects.toThrow(/resolve dependencies/);
  });
});
