import { Controller, Get, Inject, Injectable, UseGuards, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthenticateAs,
  CurrentUser,
  getTokenAuthToken,
  OptionalAuth,
  Public,
  TokenAuthGuard,
  TokenService,
  type AnyUser,
  type Session,
} from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, onEveryPlatform, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, sendJson, told } from '../support/client.js';
import { Admin, outcomeAmong, signedInTwins, startRealms, twins, who } from '../support/realms.js';

/** Any other guard of the application. */
@Injectable()
class SubclassedGuard extends TokenAuthGuard {}

/** Lets no admin of this name pass. */
@Injectable()
class NoIntruders extends TokenAuthGuard {
  protected override async authenticate(context: ExecutionContext): Promise<Session | null> {
    const session = await super.authenticate(context);
    return (session?.user as Admin | undefined)?.name === 'intruder' ? null : session;
  }
}

@Controller('both')
@AuthenticateAs(User, Admin)
class BothController {
  @Get()
  show(
    @CurrentUser() user: User | Admin,
    @CurrentUser(User) asUser: User | null,
    @CurrentUser(Admin) asAdmin: Admin | null,
    @CurrentUser('email') email: string,
  ) {
    return { ...who(user), isUser: asUser === user, isAdmin: asAdmin === user, hasEmail: email === user.email };
  }

  @Get('perhaps')
  @OptionalAuth()
  perhaps(@CurrentUser() user: AnyUser | null, @CurrentUser(Admin) admin: Admin | null) {
    return { kind: user?.constructor.name ?? null, isAdmin: admin !== null };
  }

  @Get('open')
  @Public()
  open(@CurrentUser(Admin) admin: Admin | null) {
    return { isAdmin: admin !== null };
  }

  /** What is said of a route counts, not what is said of its controller. */
  @Get('admins-only')
  @AuthenticateAs(Admin)
  adminsOnly(@CurrentUser() admin: Admin) {
    return who(admin);
  }

  @Get('thrice')
  @UseGuards(TokenAuthGuard, SubclassedGuard)
  thrice(@CurrentUser() user: User | Admin) {
    return who(user);
  }

  @Get('no-intruders')
  @OptionalAuth()
  @UseGuards(NoIntruders)
  noIntruders(@CurrentUser() user: User | Admin | null) {
    return { kind: user?.constructor.name ?? null };
  }

  @Get('no-intruders/twice')
  @OptionalAuth()
  @UseGuards(NoIntruders, TokenAuthGuard)
  noIntrudersTwice(@CurrentUser() user: User | Admin | null) {
    return { kind: user?.constructor.name ?? null };
  }
}

onEveryPlatform('a route for several kinds of users', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startRealms(platform, { controllers: [BothController] });
  });
  afterAll(() => app.close());

  it.each(['/users-or-admins', '/admins-or-users', '/both'])('accepts and rotates each at %s', async (path) => {
    const { user, admin, userClient, adminClient } = await signedInTwins(app);
    for (const [client, entity] of [
      [userClient, User],
      [adminClient, Admin],
    ] as const) {
      expect(await outcomeAmong(app, entity, client, path)).toEqual([200, 'token', 'rotated']);
      expect(await outcomeAmong(app, entity, client, path)).toEqual([200, 'blank', 'unchanged']);
      app.clock.advance('10s');
      expect(await outcomeAmong(app, entity, client, path)).toEqual([200, 'token', 'rotated']);
    }
    expect((await userClient.go(path)).body).toMatchObject({ kind: 'User', id: user.id });
    expect((await adminClient.go(path)).body).toMatchObject({ kind: 'Admin', id: admin.id });
  });

  it.each(['/users-or-admins', '/admins-or-users', '/both'])('refuses whoever is neither at %s', async (path) => {
    const { userClient } = await signedInTwins(app);
    const stranger = await send(app.url + path);
    expect([stranger.status, told(stranger)]).toEqual([401, 'nothing']);
    const forger = new ProtocolClient(app, { ...userClient.headers, 'access-token': 'forged' });
    expect(await outcomeAmong(app, User, forger, path)).toEqual([401, 'nothing', 'unchanged']);
    expect((await userClient.go(path)).status).toBe(200);
  });
});

onEveryAdapter('a route for several kinds of users', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startRealms(platform, { controllers: [BothController] });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    app.clock.advance('10s');
  });

  it('gives the current user by kind', async () => {
    const { user, admin, userClient, adminClient } = await signedInTwins(app);
    const common = { id: user.id, hasEmail: true };
    expect((await userClient.go('/both')).body).toEqual({ kind: 'User', ...common, isUser: true, isAdmin: false });
    expect((await adminClient.go('/both')).body).toEqual({ kind: 'Admin', ...common, isUser: false, isAdmin: true });
    expect(admin.id).toBe(user.id);
    expect((await adminClient.go('/both/perhaps')).body).toEqual({ kind: 'Admin', isAdmin: true });
    expect((await userClient.go('/both/perhaps')).body).toEqual({ kind: 'User', isAdmin: false });
    expect((await send(`${app.url}/both/perhaps`)).body).toEqual({ kind: null, isAdmin: false });
    expect((await adminClient.go('/both/open')).body).toEqual({ isAdmin: false });
  });

  it('can be narrowed by one of its routes', async () => {
    const { userClient, adminClient } = await signedInTwins(app);
    expect((await adminClient.go('/both/admins-only')).body).toMatchObject({ kind: 'Admin' });
    expect(await outcomeAmong(app, User, userClient, '/both/admins-only')).toEqual([401, 'nothing', 'unchanged']);
  });

  it('asks each kind once, however many guards there are', async () => {
    const { userClient, adminClient } = await signedInTwins(app);
    app.log.take();
    expect((await adminClient.go('/both/thrice')).body).toMatchObject({ kind: 'Admin' });
    expect(app.log.take()).toEqual(['SELECT', 'SELECT', 'UPDATE']);
    expect((await userClient.go('/both/thrice')).body).toMatchObject({ kind: 'User' });
    expect(app.log.take()).toEqual(['SELECT', 'UPDATE']);
  });

  it.each(['/both/no-intruders', '/both/no-intruders/twice'])(
    'is not for whom a guard has refused: %s',
    async (path) => {
      const { admin, adminClient } = await signedInTwins(app);
      expect((await adminClient.go(path)).body).toEqual({ kind: 'Admin' });
      await app.dataSource.getRepository(Admin).update({ id: admin.id }, { name: 'intruder' });
      app.clock.advance('10s');
      expect((await adminClient.peek(path)).body).toEqual({ kind: null });
      expect(await outcomeAmong(app, Admin, adminClient, path)).toEqual([200, 'nothing', 'unchanged']);
    },
  );
});

@Controller('audit')
@AuthenticateAs(Admin)
class AuditController {
  constructor(
    @Inject(TokenService) private readonly users: TokenService,
    @Inject(getTokenAuthToken(TokenService, Admin)) private readonly admins: TokenService<Admin>,
  ) {}

  @Get()
  async show(@CurrentUser(Admin) admin: Admin) {
    return { ...who(admin), clients: (await this.admins.list(admin)).length, services: this.users !== this.admins };
  }
}

@Controller('anything')
class PlainController {
  @Get()
  show(@CurrentUser() user: User) {
    return who(user);
  }
}

onEveryAdapter('a global guard with several kinds of users', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startRealms(platform, {
      controllers: [AuditController, PlainController],
      providers: [{ provide: APP_GUARD, useClass: TokenAuthGuard }],
    });
  });
  afterAll(() => app.close());

  it('is for the default kind, and for others where a controller says so', async () => {
    const { user, userClient, adminClient } = await signedInTwins(app);
    expect((await userClient.go('/anything')).body).toEqual({ kind: 'User', id: user.id });
    expect(await outcomeAmong(app, Admin, adminClient, '/anything')).toEqual([401, 'nothing', 'unchanged']);
    app.log.take();
    const answer = await adminClient.go('/audit');
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(answer.body).toEqual({ kind: 'Admin', id: user.id, clients: 1, services: true });
    expect(app.log.take()).toEqual(['SELECT', 'SELECT', 'UPDATE']);
    expect(await outcomeAmong(app, User, userClient, '/audit')).toEqual([401, 'nothing', 'unchanged']);
  });

  it('leaves the endpoints of each kind to it', async () => {
    const { admin, adminClient, userClient } = await signedInTwins(app);
    app.log.take();
    const valid = await adminClient.go('/admin_auth/validate_token');
    expect(app.log.take()).toEqual(['SELECT', 'UPDATE']);
    expect([valid.status, told(valid), valid.body.data.id]).toEqual([200, 'token', admin.id]);
    expect((await userClient.go('/admin_auth/validate_token')).status).toBe(401);
    const account = { email: `eve${Math.random()}@example.com`, password: 'correct horse' };
    expect((await sendJson(`${app.url}/admin_auth`, 'POST', account)).status).toBe(200);
    expect((await sendJson(`${app.url}/admin_auth/sign_in`, 'POST', account)).status).toBe(200);
    expect(await outcomeAmong(app, User, userClient, '/admin_auth', { method: 'DELETE' })).toEqual([
      404,
      'nothing',
      'unchanged',
    ]);
    expect(await outcomeAmong(app, Admin, adminClient, '/admin_auth', { method: 'DELETE' })).toEqual([
      200,
      'nothing',
      'gone',
    ]);
    expect((await userClient.go('/users')).status).toBe(200);
  });
});

onEveryAdapter('a guard that main.ts takes from the application', (platform) => {
  it('is the one of the default kind', async () => {
    const app = await startRealms(platform, {
      configure: (nest) => nest.useGlobalGuards(nest.get(TokenAuthGuard)),
      controllers: [PlainController],
    });
    try {
      const { user, admin } = await twins(app);
      expect((await (await ProtocolClient.signedIn(app, user)).go('/anything')).status).toBe(200);
      expect((await (await ProtocolClient.signedIn(app, admin)).go('/anything')).status).toBe(401);
    } finally {
      await app.close();
    }
  });
});
