import { TokenAuthEvents, TokenService } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryPlatform, type TestApp, type User } from '../support/app.js';
import { ProtocolClient, send, told } from '../support/client.js';
import { Admin, rowAmong, signedInTwins, startRealms } from '../support/realms.js';
import { expectSignedIn, expectSignedOut, idOf, outcome, rowOf, visit } from '../support/visits.js';

const REFUSED = { success: false, errors: ['Unable to find this client among those of your account.'] };
const DELETE = { method: 'DELETE' };

onEveryPlatform('the list of clients', (platform) => {
  let app: TestApp;
  let user: User;
  let laptop: ProtocolClient;
  let phone: ProtocolClient;
  beforeAll(async () => {
    app = await startRealms(platform);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    user = await app.user();
    laptop = await ProtocolClient.signedIn(app, user);
    app.clock.advance('1 hour');
    phone = await ProtocolClient.signedIn(app, user);
  });

  it('names the live clients of the user, the most recently used first, and nothing that signs in', async () => {
    await ProtocolClient.justSignedIn(app);
    const [signedInAt, before] = [10_000, 3_620_000].map((ago) => new Date(app.clock.now() - ago).toISOString());
    expect((await laptop.go('/auth/validate_token', { headers: { 'user-agent': 'Laptop/1.0' } })).status).toBe(200);
    const { status, body, headers } = await laptop.go('/auth/clients');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      success: true,
      data: [
        {
          id: await idOf(app, laptop),
          created_at: before,
          last_used_at: new Date(app.clock.now()).toISOString(),
          ip: '127.0.0.1',
          user_agent: 'Laptop/1.0',
          current: true,
        },
        {
          id: await idOf(app, phone),
          created_at: signedInAt,
          last_used_at: signedInAt,
          ip: null,
          user_agent: null,
          current: false,
        },
      ],
    });
    for (const client of [laptop, phone]) {
      const row = await rowOf(app, client);
      const secrets = [client.token, client.headers['client'], row?.tokenHash, row?.tagKey];
      for (const secret of secrets) expect(JSON.stringify(body)).not.toContain(secret);
    }
  });

  it('leaves out clients that have expired', async () => {
    await app.nest.get(TokenService).issue(user, { lifespan: '5s' });
    expect((await phone.go('/auth/clients')).body.data).toHaveLength(3);
    app.clock.advance('6s');
    expect((await phone.go('/auth/clients')).body.data).toHaveLength(2);
  });

  it.each([
    ['GET', '/auth/clients'],
    ['DELETE', '/auth/clients'],
    ['DELETE', '/auth/clients/some-id'],
  ])('refuses %s %s to strangers', async (method, path) => {
    const answer = await send(app.url + path, { method });
    expect([answer.status, told(answer)]).toEqual([401, 'nothing']);
    const errors = ['You need to sign in or sign up before continuing.'];
    expect([answer.body, answer.code]).toEqual([{ errors }, 'unauthenticated']);
  });

  it('ends one of them, and the client that asks rotates as usual', async () => {
    const { answer, ...rest } = await visit(app, laptop, `/auth/clients/${await idOf(app, phone)}`, DELETE);
    expect([rest, answer.body]).toEqual([{ status: 200, told: 'token', row: 'rotated' }, { success: true }]);
    await expectSignedOut(app, phone);
    expect(await outcome(app, laptop, '/auth/clients')).toEqual([200, 'blank', 'unchanged']);
    await expectSignedIn(app, laptop);
  });

  it('signs the client out that ends itself', async () => {
    const signedOut: unknown[] = [];
    const id = await idOf(app, laptop);
    app.nest.get(TokenAuthEvents).on('user.signed_out', ({ client }) => signedOut.push(client.id));
    expect(await outcome(app, laptop, `/auth/clients/${id}`, DELETE)).toEqual([200, 'nothing', 'gone']);
    expect(signedOut).toEqual([id]);
    await expectSignedOut(app, laptop);
    await expectSignedIn(app, phone);
  });

  it.each(['unknown', '%00', 'a%00b', '%F0%9F%94%91', "'%20OR%20'1'='1", '0', '%5B%5D', 'null'])(
    'knows no client %s',
    async (id) => {
      const answer = await laptop.go(`/auth/clients/${id}`, DELETE);
      expect([answer.status, told(answer), answer.body]).toEqual([404, 'token', REFUSED]);
      expect(answer.code).toBe('client_not_found');
      await expectSignedIn(app, phone);
    },
  );

  it('takes neither another spelling for an id nor a text without end', async () => {
    const [theirs, own] = [await idOf(app, phone), await idOf(app, laptop)];
    for (const spelling of [theirs.toUpperCase(), own.toUpperCase(), `${theirs}%20`, `%20${theirs}`]) {
      expect((await laptop.go(`/auth/clients/${spelling}`, DELETE)).status).toBe(404);
    }
    // Fastify's router has a limit of its own.
    expect([404, 414]).toContain((await laptop.go(`/auth/clients/${'x'.repeat(8000)}`, DELETE)).status);
    await expectSignedIn(app, phone);
    await expectSignedIn(app, laptop);
  });

  it('knows no client of others', async () => {
    const other = await ProtocolClient.signedIn(app);
    const answer = await laptop.go(`/auth/clients/${await idOf(app, other)}`, DELETE);
    expect([answer.status, answer.body]).toEqual([404, REFUSED]);
    await expectSignedIn(app, other);
  });

  it('ends all others, and the client that asks rotates as usual', async () => {
    const stranger = await ProtocolClient.signedIn(app);
    const tablet = await ProtocolClient.signedIn(app, user);
    // A row that has outlived its client is deleted with them, but was not to be seen.
    await app.nest.get(TokenService).issue(user, { lifespan: '5s' });
    app.clock.advance('6s');
    const { answer, ...rest } = await visit(app, laptop, '/auth/clients', DELETE);
    expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
    expect(answer.body).toEqual({ success: true, data: { ended: 2 } });
    for (const ended of [phone, tablet]) await expectSignedOut(app, ended);
    await expectSignedIn(app, laptop);
    await expectSignedIn(app, stranger);
    const again = await visit(app, laptop, '/auth/clients', DELETE);
    expect([again.status, again.answer.body.data]).toEqual([200, { ended: 0 }]);
    await expectSignedIn(app, laptop);
  });

  it('answers blanks inside an open batch', async () => {
    await laptop.go('/auth/validate_token');
    expect(await outcome(app, laptop, '/auth/clients')).toEqual([200, 'blank', 'unchanged']);
    expect((await outcome(app, laptop, '/auth/clients', DELETE)).slice(0, 2)).toEqual([200, 'blank']);
    await expectSignedIn(app, laptop);
  });

  it('is of one kind of users alone, whatever the id', async () => {
    const { userClient, adminClient } = await signedInTwins(app);
    const mine = await rowAmong(app, Admin, adminClient);
    const { id: theirs = '' } = (await rowOf(app, userClient)) ?? {};
    expect((await adminClient.go(`/admin_auth/clients/${theirs}`, DELETE)).status).toBe(404);
    const { body } = await adminClient.go('/admin_auth/clients');
    expect(body.data).toEqual([expect.objectContaining({ id: mine?.id, current: true })]);
    expect((await adminClient.go('/admin_auth/clients', DELETE)).body.data).toEqual({ ended: 0 });
    expect((await adminClient.go('/auth/clients')).status).toBe(401);
    await expectSignedIn(app, userClient);
  });
});
