import { TokenAuthEvents, TokenService, getTokenAuthToken, tokenEntityFor } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryPlatform, User, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, send, sendJson, told, type Answer } from '../support/client.js';
import { Admin, outcomeAmong, rowAmong, signedInTwins, startRealms, twins } from '../support/realms.js';

const PASSWORDS = { '/auth': 'correct horse', '/admin_auth': 'battery staple' };
const KINDS = [
  ['/auth', 'User', '/users'],
  ['/admin_auth', 'Admin', '/admins'],
] as const;

function clientOf(app: TestApp, { auth }: Answer): ProtocolClient {
  const { accessToken, client, uid } = auth;
  return new ProtocolClient(app, { 'access-token': accessToken ?? '', client: client ?? '', uid: uid ?? '' });
}

onEveryPlatform('two kinds of users', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startRealms(platform);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    app.clock.advance('10s');
  });

  it('sign up and in with one address, each at its own path with its own password', async () => {
    const email = 'ada@example.com';
    for (const [path, kind, route] of KINDS) {
      const signUp = await sendJson(app.url + path, 'POST', { email, password: PASSWORDS[path] });
      expect([signUp.status, told(signUp)]).toEqual([200, 'token']);
      const again = await sendJson(app.url + path, 'POST', { email, password: PASSWORDS[path] });
      expect([again.status, again.body.errors.email]).toEqual([422, ['has already been taken']]);
      const client = clientOf(app, signUp);
      expect((await client.go(route)).body).toMatchObject({ kind });
    }
    for (const [path, , route] of KINDS) {
      for (const password of Object.values(PASSWORDS)) {
        const signIn = await sendJson(`${app.url}${path}/sign_in`, 'POST', { email, password });
        const expected = password === PASSWORDS[path] ? [200, 'token', 200] : [401, 'nothing', 401];
        const use = await clientOf(app, signIn).go(route);
        expect([signIn.status, told(signIn), use.status]).toEqual(expected);
      }
    }
  });

  it('are told apart even by equal keys and addresses: a token of one is nothing to the other', async () => {
    const { user, admin, userClient, adminClient } = await signedInTwins(app);
    expect([user.id, user.email]).toEqual([admin.id, admin.email]);
    const reused: unknown[] = [];
    for (const entity of [User, Admin]) {
      app.nest.get(getTokenAuthToken(TokenAuthEvents, entity)).on('token.reused', (event) => reused.push(event));
    }
    const foreign: [ProtocolClient, typeof User | typeof Admin, string[]][] = [
      [userClient, User, ['/admins', '/admin_auth/validate_token']],
      [adminClient, Admin, ['/users', '/auth/validate_token']],
    ];
    for (const [client, entity, paths] of foreign) {
      for (const path of paths) {
        expect(await outcomeAmong(app, entity, client, path)).toEqual([401, 'nothing', 'unchanged']);
        expect(await outcomeAmong(app, entity, client, path, FROM_ELSEWHERE)).toEqual([401, 'nothing', 'unchanged']);
      }
    }
    const [usersSignOut, adminsSignOut] = ['/auth/sign_out', '/admin_auth/sign_out'] as const;
    const leave = { method: 'DELETE' };
    expect(await outcomeAmong(app, User, userClient, adminsSignOut, leave)).toEqual([404, 'nothing', 'unchanged']);
    expect(await outcomeAmong(app, Admin, adminClient, usersSignOut, leave)).toEqual([404, 'nothing', 'unchanged']);
    expect(reused).toEqual([]);

    expect((await userClient.peek('/users')).body).toEqual({ kind: 'User', id: user.id });
    expect((await adminClient.peek('/admins')).body).toMatchObject({ kind: 'Admin', id: admin.id });
    expect(await outcomeAmong(app, Admin, adminClient, adminsSignOut, leave)).toEqual([200, 'nothing', 'gone']);
    expect((await userClient.peek('/users')).status).toBe(200);
    expect(await outcomeAmong(app, User, userClient, usersSignOut, leave)).toEqual([200, 'nothing', 'gone']);
  });

  it('rotate their own tokens, by one SELECT and one UPDATE a request', async () => {
    const { userClient, adminClient } = await signedInTwins(app);
    app.log.take();
    expect(await outcomeAmong(app, Admin, adminClient, '/admins')).toEqual([200, 'token', 'rotated']);
    // The first and the last are the test's own.
    expect(app.log.take()).toEqual(['SELECT', 'SELECT', 'UPDATE', 'SELECT']);
    expect(await outcomeAmong(app, Admin, adminClient, '/admins')).toEqual([200, 'blank', 'unchanged']);
    expect(await outcomeAmong(app, User, userClient, '/users')).toEqual([200, 'token', 'rotated']);
    app.clock.advance('10s');
    expect(await outcomeAmong(app, Admin, adminClient, '/admin_auth/validate_token')).toEqual([
      200,
      'token',
      'rotated',
    ]);
  });

  it('are ended by themselves: a reused token, a revocation and a deletion do not reach the twin', async () => {
    const { user, admin, userClient, adminClient } = await signedInTwins(app);
    const old = adminClient.token;
    await adminClient.go('/admins');
    app.clock.advance('10s');
    expect((await adminClient.show(old, '/admins', FROM_ELSEWHERE)).status).toBe(401);
    expect(await rowAmong(app, Admin, adminClient)).toBeNull();
    expect(await outcomeAmong(app, User, userClient, '/users')).toEqual([200, 'token', 'rotated']);

    const next = await ProtocolClient.signedIn(app, admin);
    await app.nest.get(TokenService).revokeAll(user);
    expect((await userClient.peek('/users')).status).toBe(401);
    expect((await next.peek('/admins')).status).toBe(200);
    await app.dataSource.getRepository(User).delete({ id: user.id });
    expect((await next.peek('/admins')).status).toBe(200);
    await app.nest.get(getTokenAuthToken(TokenService, Admin)).revokeAll(admin);
    expect((await next.peek('/admins')).status).toBe(401);
  });

  it('are known to their own services alone', async () => {
    const { user, admin } = await twins(app);
    const users = app.nest.get(TokenService);
    const admins = app.nest.get(getTokenAuthToken(TokenService, Admin));
    const issued = await admins.issue(admin);
    expect([(await users.list(user)).length, (await admins.list(admin)).length]).toEqual([0, 1]);
    expect(await users.authenticate(issued)).toBeNull();
    expect((await admins.authenticate(issued))?.user).toBeInstanceOf(Admin);
    expect(await users.revoke(user, (await admins.list(admin))[0]?.id ?? '')).toBe(false);
    expect(await app.dataSource.getRepository(tokenEntityFor(User)).countBy({ client: issued.client })).toBe(0);
  });

  it('are not taken for each other by their services, whatever their keys', async () => {
    const { user, admin, userClient } = await signedInTwins(app);
    const users: TokenService<any> = app.nest.get(TokenService);
    const admins: TokenService<any> = app.nest.get(getTokenAuthToken(TokenService, Admin));
    const { id = '' } = (await rowAmong(app, User, userClient)) ?? {};
    const mistaken = [
      () => users.issue(admin),
      () => users.issue(admin, { authEpoch: 0 }),
      () => users.list(admin),
      () => users.revoke(admin, id),
      () => users.revokeOthers(admin, 'none'),
      () => users.revokeAll(admin),
      () => admins.issue(user),
    ];
    for (const mistake of mistaken) await expect(mistake()).rejects.toThrow(/A (User|Admin) is not a (User|Admin)/);
    expect(await users.list(user)).toHaveLength(1);
    expect((await userClient.go('/users')).status).toBe(200);
  });

  it('share nothing with a stranger', async () => {
    for (const [path, , route] of KINDS) {
      const answers = [await send(app.url + route), await send(`${app.url}${path}/validate_token`)];
      expect(answers.map((answer) => [answer.status, told(answer)])).toEqual([
        [401, 'nothing'],
        [401, 'nothing'],
      ]);
    }
  });
});

onEveryPlatform('two kinds of users with options of their own', (platform) => {
  let app: TestApp;
  afterAll(() => app.close());

  it('keep to them', async () => {
    app = await startRealms(platform, {
      auth: { maxNumberOfDevices: 2, headersNames: { 'access-token': 'x-token' } },
      admin: {
        batchRequestBufferThrottle: '1s',
        tokenLifespan: '1 hour',
        maxNumberOfDevices: 1,
        passwordMinLength: 12,
        endpoints: { signUp: false },
        userResponse: () => ({ kind: 'admin' }),
      },
    });
    const { admin, userClient, adminClient } = await signedInTwins(app);

    const rotated = await adminClient.go('/admins');
    expect(Number(rotated.auth.expiry)).toBe(app.clock.now() / 1000 + 3600);
    app.clock.advance('2s');
    expect(await outcomeAmong(app, Admin, adminClient, '/admins')).toEqual([200, 'token', 'rotated']);
    const first = await userClient.peek('/users');
    expect(first.headers.get('x-token')).toMatch(/^[\w-]{70}$/);
    userClient.headers['x-token'] = first.headers.get('x-token') ?? '';
    app.clock.advance('2s');
    expect((await userClient.peek('/users')).headers.get('x-token')).toBe('');

    const valid = await adminClient.go('/admin_auth/validate_token');
    expect(valid.body.data).toEqual({ kind: 'admin' });
    const account = { email: 'eve@example.com', password: 'eight ch' };
    expect((await sendJson(`${app.url}/admin_auth`, 'POST', account)).status).toBe(404);
    expect((await sendJson(`${app.url}/auth`, 'POST', account)).status).toBe(200);

    await ProtocolClient.signedIn(app, admin);
    expect((await adminClient.peek('/admins')).status).toBe(401);
    app.clock.advance('1 hour');
    expect((await userClient.peek('/users')).status).toBe(200);
  });
});
