import { Catch, Controller, Get, Inject, Injectable, Module, type ArgumentsHost } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import {
  AuthenticateAs,
  CurrentUser,
  getTokenAuthToken,
  PasswordHasher,
  RequestAuthenticator,
  SessionOpener,
  TokenAuthCleanup,
  TokenAuthEvents,
  TokenAuthModule,
  TokenAuthUser,
  TokenService,
} from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describe, expect, it, vi } from 'vitest';
import { User } from '../support/app.js';
import { savedUser, startModules } from '../support/module-graph.js';
import { Admin, who } from '../support/realms.js';

const users = () => TokenAuthModule.forRoot({ userEntity: User, tokenLifespan: '2 hours' });
const admins = (options: object = {}) =>
  TokenAuthModule.forFeature({ userEntity: Admin, path: 'admin_auth', tokenLifespan: '1 hour', ...options });

describe('services by token', () => {
  const SERVICES = [
    TokenService,
    TokenAuthEvents,
    RequestAuthenticator,
    SessionOpener,
    PasswordHasher,
    TokenAuthCleanup,
  ] as const;

  it('are those of the kind, everywhere in the application; classes are those of the default kind', async () => {
    @Injectable()
    class Reports {
      constructor(
        @Inject(TokenService) readonly byDefault: TokenService,
        @Inject(getTokenAuthToken(TokenService, User)) readonly users: TokenService<User>,
        @Inject(getTokenAuthToken(TokenService, Admin)) readonly admins: TokenService<Admin>,
      ) {}
    }

    @Module({ providers: [Reports] })
    class ReportsModule {}

    // A module that imports the other kind itself still gets the default one by class.
    const feature = admins();
    @Module({ imports: [feature], providers: [{ provide: 'reports', useClass: Reports }] })
    class AdminReportsModule {}

    for (const imports of [
      [users(), feature, ReportsModule, AdminReportsModule],
      [AdminReportsModule, ReportsModule, feature, users()],
    ]) {
      const app = await startModules({ imports });
      for (const reports of [app.get(Reports), app.get<Reports>('reports')]) {
        expect(reports.byDefault).toBe(reports.users);
        expect(reports.admins).not.toBe(reports.users);
        expect(reports.admins).toBe(app.get(getTokenAuthToken(TokenService, Admin)));
      }
      for (const service of SERVICES) {
        expect(app.get(service as typeof TokenService)).toBe(app.get(getTokenAuthToken(service, User)));
        expect(app.get(getTokenAuthToken(service, Admin))).not.toBe(app.get(getTokenAuthToken(service, User)));
      }
    }
  });

  it('have one token each', () => {
    const tokens = SERVICES.flatMap((service) => [User, Admin].map((entity) => getTokenAuthToken(service, entity)));
    expect(new Set(tokens).size).toBe(2 * SERVICES.length);
    expect(getTokenAuthToken(TokenService, Admin)).toBe(getTokenAuthToken(TokenService, Admin));
  });

  it('are made and shut down once, a hasher of the application too', async () => {
    const calls = { start: vi.fn<() => void>(), end: vi.fn<() => void>() };

    @Injectable()
    class OwnHasher extends PasswordHasher {
      onModuleInit() {
        calls.start();
      }
      onModuleDestroy() {
        calls.end();
      }
      async hash(password: string) {
        return password;
      }
      async verify() {
        return { valid: false, outdated: false };
      }
    }

    const auth = TokenAuthModule.forRoot({ userEntity: User, passwordHasher: OwnHasher });
    const app = await startModules({ imports: [auth, admins()] });
    expect(app.get(PasswordHasher)).toBeInstanceOf(OwnHasher);
    expect(calls.start).toHaveBeenCalledTimes(1);
    await app.close();
    expect(calls.end).toHaveBeenCalledTimes(1);
  });
});

@Entity()
class Guest extends TokenAuthUser<string> {
  @PrimaryGeneratedColumn('uuid')
  declare id: string;
}

@Entity()
class Chief extends Admin {}

describe('any number of kinds', () => {
  @Controller()
  class KindsController {
    @Get('guests')
    @AuthenticateAs(Guest)
    guests(@CurrentUser() user: TokenAuthUser) {
      return who(user);
    }

    @Get('chiefs')
    @AuthenticateAs(Chief)
    chiefs(@CurrentUser() user: TokenAuthUser) {
      return who(user);
    }

    @Get('admins')
    @AuthenticateAs(Admin)
    admins(@CurrentUser(Admin) user: Admin) {
      return who(user);
    }
  }

  it('of other keys, and of an entity that extends another one but has a table of its own', async () => {
    const app = await startModules({
      imports: [
        users(),
        admins(),
        TokenAuthModule.forFeature({ userEntity: Guest, path: 'guest_auth' }),
        TokenAuthModule.forFeature({ userEntity: Chief, path: 'chief_auth' }),
      ],
      controllers: [KindsController],
    });
    const [guest, chief, admin] = [
      await savedUser(app, Guest),
      await savedUser(app, Chief),
      await savedUser(app, Admin),
    ];
    expect(chief.id).toBe(admin.id);
    const url = await app.getUrl();
    const kinds = [guest, chief, admin];
    for (const user of kinds) {
      const headers = await signInAs(app, user);
      for (const other of kinds) {
        const answer = await fetch(`${url}/${other.constructor.name.toLowerCase()}s`, { headers });
        expect(answer.status).toBe(other === user ? 200 : 401);
      }
    }
  });

  it('without endpoints may share a path', async () => {
    const feature = TokenAuthModule.forFeature({ userEntity: Admin, endpoints: false });
    const app = await startModules({ imports: [users(), feature], controllers: [KindsController] });
    const headers = await signInAs(app, await savedUser(app, Admin));
    expect((await fetch(`${await app.getUrl()}/admins`, { headers })).status).toBe(200);
  });

  it('that nobody has registered are an error that says so', async () => {
    let message = '';

    @Catch()
    class Witness {
      constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}
      catch(error: Error, host: ArgumentsHost) {
        ({ message } = error);
        this.host.httpAdapter.reply(host.switchToHttp().getResponse(), {}, 500);
      }
    }

    const app = await startModules({
      imports: [users()],
      controllers: [KindsController],
      providers: [{ provide: APP_FILTER, useClass: Witness }],
    });
    expect((await fetch(`${await app.getUrl()}/guests`)).status).toBe(500);
    expect(message).toContain("TokenAuthModule.forFeature({ userEntity: Guest, path: '…' })");
  });
});
