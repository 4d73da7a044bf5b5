import { createHash } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { RequestAuthenticator, TokenService } from 'nestjs-token-auth';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PASSWORD, signIn } from '../support/accounts.js';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import {
  DEVISE_PEPPER,
  PASSWORDS,
  railsClient,
  RailsDatabase,
  railsUser,
  SESSION,
  session,
  TWO_WEEKS,
} from '../support/rails.js';
import { startMembers } from '../support/rotation.js';

const digestOf = (token: string) => createHash('sha256').update(token).digest('hex');

onEveryDatabase('a session that has moved in from Rails', (platform) => {
  let rails: RailsDatabase;
  let app: TestApp;
  beforeEach(async () => {
    rails = await RailsDatabase.create(platform.database);
    app = await startMembers(platform);
  });
  afterEach(async () => {
    await app.close();
    await rails.close();
  });

  it('goes on with its token, which is replaced as it is used', async () => {
    await rails.insert(railsUser(7));
    expect(await rails.moveTo(app)).toMatchObject({ users: 1, clients: 1, faults: [] });
    const { expiry, legacyHashes, tokenHash } = await app.row();
    expect([tokenHash === digestOf(SESSION.token), legacyHashes?.includes('$2a$10$')]).toEqual([false, true]);

    const client = railsClient(app, 7);
    const first = await client.go('/members');
    expect([first.status, told(first), first.body]).toEqual([200, 'token', { uid: 'user7@example.com' }]);
    expect(Number(first.auth.expiry)).toBeGreaterThan(expiry);
    expect(await app.row()).toMatchObject({
      legacyHashes: null,
      generation: 1,
      tokenHash: digestOf(client.token),
      replacedHash: digestOf(SESSION.token),
    });

    app.clock.advance('10s');
    expect([(await client.go('/members')).status, (await app.row()).generation]).toEqual([200, 2]);
    // By now Ruby's token is as unknown as any text.
    expect((await client.show(SESSION.token, '/members')).status).toBe(401);
    expect((await client.peek('/members')).status).toBe(200);
  });

  it('goes on with the token before, when its client has not learnt of the newest', async () => {
    await rails.insert(railsUser(7));
    await rails.moveTo(app);
    const client = railsClient(app, 7, SESSION.previous);
    expect(told(await client.go('/members'))).toBe('token');
    expect((await app.row()).replacedHash).toBe(digestOf(SESSION.previous));
    // The one before that Ruby accepts for five seconds only.
    expect((await client.show(SESSION.last, '/members')).status).toBe(401);
  });

  it('is not touched by what is not its token', async () => {
    await rails.insert(railsUser(7));
    await rails.moveTo(app);
    const before = await app.row();
    const client = railsClient(app, 7);
    for (const token of ['A'.repeat(22), SESSION.last, 'short', 'x'.repeat(70), before.tokenHash]) {
      const answer = await client.show(token, '/members');
      expect([answer.status, told(answer)]).toEqual([401, 'nothing']);
    }
    const stranger = { headers: { uid: 'somebody@example.com' } };
    expect((await client.peek('/members', stranger)).status).toBe(401);
    expect(await app.row()).toEqual(before);
    expect((await client.go('/members')).status).toBe(200);
  });

  it('ends when it would have ended in Rails', async () => {
    const [tomorrow, never] = ['B'.repeat(22), 'C'.repeat(22)];
    const now = app.clock.now() / 1000;
    const digest = hashSync(tomorrow, 11).replace('$2b$', '$2a$');
    const tokens = {
      [SESSION.client]: session(),
      tomorrow: session({ token: digest, expiry: now + 86_400, previous_token: undefined }),
      gone: session({ token: digest, expiry: now }),
      never: session({ token: hashSync(never, 4), expiry: now + 100 * TWO_WEEKS }),
    };
    await rails.insert(railsUser(7, { tokens: JSON.stringify(tokens) }));
    expect(await rails.moveTo(app)).toMatchObject({ clients: 3, skippedClients: { expired: 1 } });

    const client = railsClient(app, 7);
    app.clock.advance('1d');
    const dead = { 'access-token': tomorrow, client: 'tomorrow' };
    expect((await client.peek('/members', { headers: dead })).status).toBe(401);
    app.clock.advance('13d');
    app.clock.stepBack('61m');
    expect((await client.peek('/members')).status).toBe(200);
    // Where Rails lets sessions live longer, the lifespan of this application counts from now on.
    const long = { 'access-token': never, client: 'never' };
    expect((await client.peek('/members', { headers: long })).status).toBe(200);
  });

  it('can be listed and signed out', async () => {
    await rails.insert(railsUser(7));
    await rails.moveTo(app);
    const [user] = await app.dataSource.getRepository('User').find();
    const [listed] = await app.nest.get(TokenService).list(user as never);
    // What asks for a recent sign-in must not take the move for one.
    const times = { createdAt: new Date('2025-12-31T00:00:00Z'), lastUsedAt: new Date('2025-12-31T23:00:00Z') };
    expect(listed).toMatchObject({ ip: null, userAgent: null, ...times });
    const client = railsClient(app, 7);
    const wrong = await client.show('A'.repeat(22), '/auth/sign_out', { method: 'DELETE' });
    expect([wrong.status, (await app.rows()).length]).toEqual([404, 1]);
    const answer = await client.peek('/auth/sign_out', { method: 'DELETE' });
    expect([answer.status, await app.rows()]).toEqual([200, []]);
  });

  it('is known to programs', async () => {
    await rails.insert(railsUser(7));
    await rails.moveTo(app);
    const tokens = app.nest.get(TokenService);
    const credentials = { uid: 'user7@example.com', client: SESSION.client, accessToken: SESSION.token };
    expect((await tokens.authenticate(credentials))?.user.uid).toBe('user7@example.com');
    expect((await app.row()).tokenHash).toBe(digestOf(SESSION.token));
    expect(await tokens.authenticate({ ...credentials, accessToken: SESSION.previous })).toBeNull();
  });

  it('opens WebSockets', async () => {
    await rails.insert(railsUser(7));
    await rails.moveTo(app);
    const requests = app.nest.get(RequestAuthenticator);
    const { headers } = railsClient(app, 7);
    expect((await requests.authenticateHandshake({}, { headers } as never))?.user.uid).toBe('user7@example.com');
    const wrong = { headers: { ...headers, 'access-token': SESSION.last } };
    expect(await requests.authenticateHandshake({}, wrong as never)).toBeNull();
  });

  it('is told apart from the others by the uid that its client was told in Rails', async () => {
    await rails.insert(railsUser(7, { uid: 'User7@Example.com', email: ' User7@Example.com ' }));
    await rails.moveTo(app);
    const client = new ProtocolClient(app, { ...railsClient(app, 7).headers, uid: 'User7@Example.com' });
    const answer = await client.go('/members');
    expect([answer.status, answer.auth.uid]).toEqual([200, 'user7@example.com']);
  });
});

onEveryDatabase('a password that has moved in from Rails', (platform) => {
  it.each([
    ['of cost 10', PASSWORDS.cost10, {}],
    ['of cost 11', PASSWORDS.cost11, {}],
    ['with a pepper', PASSWORDS.peppered, { passwordPepper: DEVISE_PEPPER }],
    ['made just now', hashSync(PASSWORD, 10), {}],
  ])('signs in: %s', async (_, encrypted_password, auth) => {
    const rails = await RailsDatabase.create(platform.database);
    const app = await startMembers(platform, auth);
    try {
      await rails.insert(railsUser(7, { encrypted_password }), railsUser(8, { encrypted_password: '', tokens: null }));
      await rails.moveTo(app);
      expect((await signIn(app, { email: 'User7@example.com', password: PASSWORD })).status).toBe(200);
      expect((await signIn(app, { email: 'user7@example.com', password: 'wrong horse' })).status).toBe(401);
      expect((await signIn(app, { email: 'user8@example.com', password: PASSWORD })).status).toBe(401);
      // Both are signed in now: the session from Rails and the new one.
      expect((await railsClient(app, 7).go('/members')).status).toBe(200);
    } finally {
      await app.close();
      await rails.close();
    }
  });
});
