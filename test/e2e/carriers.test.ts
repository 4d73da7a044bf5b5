import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, type Platform } from '../support/app.js';
import { bearer, cookie, query } from '../support/carriers.js';
import { ProtocolClient, send, told, type Answer } from '../support/client.js';
import { MembersController } from '../support/members.js';
import { sendRaw } from '../support/raw-http.js';

const NOISE = { 'access-token': 'x'.repeat(70), client: 'nobody', uid: 'nobody@example.com' };

async function start(platform: Platform, auth: object = {}): Promise<TestApp> {
  return await TestApp.start(platform, { auth, controllers: [MembersController] });
}

onEveryAdapter('carriers of credentials', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start(platform);
  });
  afterAll(() => app.close());

  async function ask(headers: Record<string, string>, path = '/members'): Promise<Answer> {
    return await send(app.url + path, { headers });
  }

  it('reads the headers', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    expect((await ask(headers)).status).toBe(200);
  });

  it('reads header names in upper case', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    const lines = Object.entries(headers).map(([name, value]) => `${name.toUpperCase()}: ${value}`);
    expect((await sendRaw(app.url, '/members', lines)).status).toBe(200);
  });

  it('needs neither token-type nor expiry, and believes no expiry', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    const { 'access-token': token = '', client = '', uid = '' } = headers;
    expect((await ask({ 'access-token': token, client, uid })).status).toBe(200);
    expect((await ask({ ...headers, expiry: '1', 'token-type': 'Basic' })).status).toBe(200);
    app.clock.advance('15 days');
    expect((await ask({ ...headers, expiry: '9999999999' })).status).toBe(401);
  });

  it.each(['access-token', 'client', 'uid'])('refuses a request without %s', async (name) => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    const { [name]: _left, ...rest } = headers;
    expect((await ask(rest)).status).toBe(401);
    expect((await ask(bearer(rest))).status).toBe(401);
    expect((await ask(headers)).status).toBe(200);
  });

  it('reads Authorization: Bearer with the base64 of the JSON', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    expect((await ask(bearer(headers))).status).toBe(200);
    const { 'access-token': token, client, uid } = headers;
    expect((await ask(bearer({ uid, 'access-token': token, client }))).status).toBe(200);
  });

  it('lets the Authorization of an answer be the only credential of the next request', async () => {
    const client = await ProtocolClient.signedIn(app);
    let { authorization } = (await client.go('/members')).auth;
    for (let round = 0; round < 3; round++) {
      app.clock.advance('6s');
      const answer = await ask({ authorization: authorization ?? '' });
      expect([answer.status, told(answer)]).toEqual([200, 'token']);
      ({ authorization } = answer.auth);
    }
  });

  it('says the same in the Authorization of an answer as in its five headers', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { auth } = await client.go('/members');
    const json = Buffer.from(auth.authorization?.replace('Bearer ', '') ?? '', 'base64').toString();
    expect(JSON.parse(json)).toEqual({
      'access-token': auth.accessToken,
      'token-type': 'Bearer',
      client: auth.client,
      expiry: auth.expiry,
      uid: auth.uid,
    });
  });

  it.each(['Bearer undefined', 'Bearer null', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer e30=', 'Bearer %%%'])(
    'ignores Authorization: %s beside good headers, and refuses it alone',
    async (authorization) => {
      const { headers } = await ProtocolClient.justSignedIn(app);
      expect((await ask({ ...headers, authorization })).status).toBe(200);
      expect((await ask({ authorization })).status).toBe(401);
    },
  );

  it.each(['', 'undefined', 'null'])(
    'takes the token "%s" in the headers for none and reads the Bearer',
    async (token) => {
      const { headers } = await ProtocolClient.justSignedIn(app);
      const answer = await ask({ ...bearer(headers), 'access-token': token, client: token, uid: token });
      expect(answer.status).toBe(200);
    },
  );

  it('lets the first carrier with a token count, even when another one would do', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    expect((await ask({ ...headers, ...bearer(NOISE) })).status).toBe(200);
    expect((await ask({ ...NOISE, ...bearer(headers) })).status).toBe(401);
  });

  it('takes all three values from one carrier', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    const { 'access-token': token = '', client = '', uid = '' } = headers;
    expect((await ask({ 'access-token': token, ...bearer({ client, uid }) })).status).toBe(401);
    expect((await ask({ client, uid, ...bearer({ 'access-token': token }) })).status).toBe(401);
    expect((await ask({ 'access-token': token, client }, `/members${query({ uid })}`)).status).toBe(401);
  });

  it('reads neither a cookie nor the query unless they are enabled', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    expect((await ask({ ...cookie(headers), ...cookie(headers, 'auth_cookie') })).status).toBe(401);
    expect((await ask(cookie(headers, 'auth_cookie'))).status).toBe(401);
    expect((await ask({}, `/members${query(headers)}`)).status).toBe(401);
  });
});

onEveryAdapter('the query as a carrier', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start(platform, { queryEnabled: true, cookieEnabled: true });
  });
  afterAll(() => app.close());

  async function triple(): Promise<Record<string, string>> {
    const { cookie: value = '' } = (await ProtocolClient.justSignedIn(app)).headers;
    return JSON.parse(decodeURIComponent(value.slice(value.indexOf('=') + 1))) as Record<string, string>;
  }

  it('signs a request, also one that names nothing else', async () => {
    const { 'access-token': token = '', client = '', uid = '' } = await triple();
    const answer = await send(`${app.url}/members${query({ 'access-token': token, client, uid })}`);
    expect([answer.status, answer.body]).toEqual([200, { uid }]);
  });

  it('comes after the headers, the Bearer and the cookie', async () => {
    const good = await triple();
    const url = `${app.url}/members${query(good)}`;
    expect((await send(url, { headers: NOISE })).status).toBe(401);
    expect((await send(url, { headers: bearer(NOISE) })).status).toBe(401);
    expect((await send(url, { headers: cookie(NOISE) })).status).toBe(401);
    expect((await send(url, { headers: { 'access-token': 'undefined', ...bearer({}), ...cookie({}) } })).status).toBe(
      200,
    );
  });

  it('lets the headers and the Bearer come before the cookie', async () => {
    const good = await triple();
    const url = `${app.url}/members`;
    expect((await send(url, { headers: { ...NOISE, ...cookie(good) } })).status).toBe(401);
    expect((await send(url, { headers: { ...bearer(NOISE), ...cookie(good) } })).status).toBe(401);
    expect((await send(url, { headers: { ...good, ...cookie(NOISE) } })).status).toBe(200);
    expect((await send(url, { headers: { ...bearer(good), ...cookie(NOISE) } })).status).toBe(200);
  });

  it('does not sign a request that names a value twice', async () => {
    const good = await triple();
    const again = `&access-token=${good['access-token']}`;
    expect((await send(`${app.url}/members${query(good)}${again}`)).status).toBe(401);
  });
});

onEveryAdapter('the cookie as a carrier', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start(platform, { cookieEnabled: true });
  });
  afterAll(() => app.close());

  it('carries the credentials in and out, and no header does', async () => {
    const client = await ProtocolClient.signedIn(app);
    let { cookie: held = '' } = client.headers;
    for (let round = 0; round < 3; round++) {
      const answer = await send(`${app.url}/members`, { headers: { cookie: `theme=dark; ${held}; lang=en` } });
      expect([answer.status, told(answer)]).toEqual([200, 'nothing']);
      const [set = '', ...others] = answer.headers.getSetCookie();
      expect(others).toEqual([]);
      expect(set).toMatch(/^__Host-auth_cookie=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(set.split(';', 1)[0]).not.toBe(held);
      held = set.split(';', 1)[0] ?? '';
      app.clock.advance('6s');
    }
  });

  it('is not set again by an answer inside the batch', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    const answer = await send(`${app.url}/members`, { headers });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
  });

  it('is cleared, with its own attributes, when its client has ended, and only then', async () => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    const out = await send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers });
    const cleared = ['__Host-auth_cookie=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'];
    expect([out.status, out.headers.getSetCookie()]).toEqual([200, cleared]);

    const late = await send(`${app.url}/members`, { headers });
    expect([late.status, late.headers.getSetCookie()]).toEqual([401, cleared]);

    const again = await send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers });
    expect([again.status, again.headers.getSetCookie()]).toEqual([404, cleared]);

    const { headers: good } = await ProtocolClient.justSignedIn(app);
    const wrong = { ...(JSON.parse(decodeURIComponent(good['cookie']?.split('=', 2)[1] ?? '')) as object), uid: 'x' };
    const refused = await send(`${app.url}/members`, { headers: cookie(wrong) });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []]);
  });

  it.each([
    ['another token', { 'access-token': 'x'.repeat(70) }, false],
    ['a client that nobody knows', { client: 'nobody' }, true],
  ])('signs nobody out with %s; it is cleared only where there is no client', async (_, wrong, isCleared) => {
    const { headers } = await ProtocolClient.justSignedIn(app);
    const values = JSON.parse(decodeURIComponent(headers['cookie']?.split('=', 2)[1] ?? '')) as object;
    const rows = await app.rows();
    const init = { method: 'DELETE', headers: cookie({ ...values, ...wrong }) };
    const answer = await send(`${app.url}/auth/sign_out`, init);
    expect([answer.status, answer.headers.getSetCookie().length]).toEqual([404, isCleared ? 1 : 0]);
    expect(await app.rows()).toEqual(rows);
    expect((await send(`${app.url}/members`, { headers })).status).toBe(200);
  });
});

onEveryAdapter('renamed headers', (platform) => {
  const headersNames = {
    'access-token': 'X-Access-Token',
    client: 'X-Client',
    uid: 'X-Uid',
    expiry: 'X-Expiry',
    'token-type': 'X-Token-Type',
    authorization: 'X-Authorization',
  };
  const NAMES = ['x-access-token', 'x-client', 'x-uid', 'x-expiry', 'x-token-type', 'x-authorization'];

  describe('without a cookie', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start(platform, { headersNames, queryEnabled: true });
    });
    afterAll(() => app.close());

    it('go out under their names alone', async () => {
      const client = await ProtocolClient.signedIn(app);
      const answer = await client.peek('/members');
      expect([answer.status, told(answer)]).toEqual([200, 'nothing']);
      for (const name of NAMES) expect([name, Boolean(answer.headers.get(name))]).toEqual([name, true]);
    });

    it('come in under their names alone, in every carrier', async () => {
      const { headers } = await ProtocolClient.justSignedIn(app);
      const old = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase().slice(2), value]),
      );
      const inBearer = (values: object) => ({ 'x-authorization': bearer(values)['authorization'] ?? '' });
      const statusOf = async (init: RequestInit, path = '/members') => (await send(app.url + path, init)).status;
      expect(await statusOf({ headers })).toBe(200);
      expect(await statusOf({ headers: old })).toBe(401);
      expect(await statusOf({ headers: inBearer(headers) })).toBe(200);
      expect(await statusOf({ headers: inBearer(old) })).toBe(401);
      expect(await statusOf({ headers: bearer(headers) })).toBe(401);
      expect(await statusOf({}, `/members${query(headers)}`)).toBe(200);
      expect(await statusOf({}, `/members${query(old)}`)).toBe(401);
    });
  });

  it('are the keys of the cookie too', async () => {
    const app = await start(platform, { headersNames, cookieEnabled: true, cookieName: 'session' });
    try {
      const { headers } = await ProtocolClient.justSignedIn(app);
      expect(headers['cookie']).toMatch(/^session=/);
      const values = JSON.parse(decodeURIComponent(headers['cookie']?.slice('session='.length) ?? '')) as object;
      expect(Object.keys(values).sort()).toEqual(['X-Access-Token', 'X-Client', 'X-Expiry', 'X-Token-Type', 'X-Uid']);
      expect((await send(`${app.url}/members`, { headers })).status).toBe(200);
    } finally {
      await app.close();
    }
  });
});
