import { Controller, Get, Inject, Injectable, Module, UseGuards, type INestApplication } from '@nestjs/common';
import {
  CurrentUser,
  entitiesFor,
  TokenAuthGuard,
  TokenAuthModule,
  TokenAuthOptionsError,
  TokenService,
  type TokenAuthOptions,
  type TokenAuthOptionsFactory,
} from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { describe, expect, it } from 'vitest';
import { User } from '../support/app.js';
import { inMemory, lifespanOf, savedUser, startModules } from '../support/module-graph.js';

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
    const app = await startModules({
      imports: [TokenAuthModule.forRootAsync({ userEntity: User, ...(options as object) })],
    });
    expect(await lifespanOf(app, await savedUser(app, User))).toBeCloseTo(3600, -1);
    const answer = await fetch(`${await app.getUrl()}/auth/validate_token`);
    expect(answer.status).toBe(401);
  });

  it('fails to start on options that it cannot work with', async () => {
    const module = TokenAuthModule.forRootAsync({
      userEntity: User,
      useFactory: () => ({ tokenLifespan: 'for ever' as never, maxNumberOfDevices: 0 }),
    });
    const failure = await startModules({ imports: [module] }).catch((error: unknown) => error);
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
    const failure = await startModules({ imports: [module] }).catch((error: unknown) => error);
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

  it('serves nothing that a misspelt name was to switch off', () => {
    const options = { userEntity: User, endpoints: { signup: false } };
    expect(() => TokenAuthModule.forRoot(options as never)).toThrow(
      /knows no endpoint 'signup'. There are signUp, signIn/,
    );
  });

  it('refuses to be registered a second time, wherever that is', async () => {
    @Module({ imports: [TokenAuthModule.forRoot({ userEntity: User, path: 'other' })] })
    class FeatureModule {}

    const imports = [TokenAuthModule.forRoot({ userEntity: User }), FeatureModule];
    await expect(startModules({ imports })).rejects.toThrow(
      /registered twice. Import TokenAuthModule.forRoot\(\) once/,
    );
  });

  it('can be imported by several modules when it is one and the same', async () => {
    const auth = TokenAuthModule.forRoot({ userEntity: User });

    @Module({ imports: [auth] })
    class FeatureModule {}

    const app = await startModules({ imports: [auth, FeatureModule] });
    expect(app.get(TokenService)).toBeInstanceOf(TokenService);
  });

  it('can be registered once in each of two applications of one process', async () => {
    const apps = await Promise.all(
      ['1 hour', '2 hours'].map((tokenLifespan) =>
        startModules({
          imports: [TokenAuthModule.forRoot({ userEntity: User, tokenLifespan: tokenLifespan as '1 hour' })],
        }),
      ),
    );
    const lifespans = await Promise.all(apps.map(async (app) => lifespanOf(app, await savedUser(app, User))));
    expect(lifespans.map((seconds) => Math.round(seconds / 3600))).toEqual([1, 2]);
  });

  it('says which kinds of database it works with when it is given another', async () => {
    const source = { type: 'cockroachdb', url: 'postgres://127.0.0.1:1/none', manualInitialization: true };
    await expect(startModules({ imports: [TokenAuthModule.forRoot({ userEntity: User })] }, source)).rejects.toThrow(
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

  async function membersOf(app: INestApplication): Promise<[number, unknown]> {
    const user = await savedUser(app, User);
    const answer = await fetch(`${await app.getUrl()}/members`, { headers: await signInAs(app, user) });
    return [answer.status, await answer.json()];
  }

  it('true, the default: a module uses the guard without importing anything', async () => {
    @Module({ controllers: [MembersController] })
    class MembersModule {}

    const app = await startModules({ imports: [MembersModule, TokenAuthModule.forRoot({ userEntity: User })] });
    expect(await membersOf(app)).toEqual([200, { clients: 1 }]);
  });

  it('false: a module uses the guard when it imports the same registration', async () => {
    const auth = TokenAuthModule.forRoot({ userEntity: User, isGlobal: false });

    @Module({ imports: [auth], controllers: [MembersController] })
    class MembersModule {}

    expect(await membersOf(await startModules({ imports: [auth, MembersModule] }))).toEqual([200, { clients: 1 }]);
  });

  it('false: a module that does not import it cannot start', async () => {
    @Module({ controllers: [MembersController] })
    class MembersModule {}

    const auth = TokenAuthModule.forRoot({ userEntity: User, isGlobal: false });
    await expect(startModules({ imports: [auth, MembersModule] })).rejects.toThrow(/resolve dependencies/);
  });
});

describe('a data source that lists its entities', () => {
  const auth = () => ({ imports: [TokenAuthModule.forRoot({ userEntity: User })] });

  it.each([
    ['the user alone', [User]],
    ['none', []],
  ])('says at the start what it lacks: %s', async (_, entities) => {
    const started = startModules(auth(), { ...inMemory, autoLoadEntities: false, entities });
    await expect(started).rejects.toThrow(/add `\.\.\.entitiesFor\(User\)` to its entities, or set autoLoadEntities/);
  });

  it('serves with all of them', async () => {
    const app = await startModules(auth(), { ...inMemory, autoLoadEntities: false, entities: entitiesFor(User) });
    await expect(signInAs(app, await savedUser(app, User))).resolves.toBeDefined();
  });
});
