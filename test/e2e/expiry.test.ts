import { afterAll, beforeAll, expect, it } from 'vitest';
import { on, onEveryDatabase, type PlatformTests, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, sendJson, told, type Answer } from '../support/client.js';
import { rotated, startMembers } from '../support/rotation.js';

/** The values of the `Authorization` header: base64 of JSON. */
function bearerOf(answer: Answer): unknown {
  const [scheme, value = ''] = answer.auth.authorization?.split(' ') ?? [];
  expect(scheme).toBe('Bearer');
  return JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
}

function fiveOf({ auth }: Answer) {
  return {
    'access-token': auth.accessToken,
    'token-type': auth.tokenType,
    client: auth.client,
    expiry: auth.expiry,
    uid: auth.uid,
  };
}

const headers: PlatformTests = (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startMembers(platform);
  });
  afterAll(() => app.close());

  it('are five, and Authorization says the same', async () => {
    const account = { email: 'ada@example.com', password: 'correct horse' };
    const client = await ProtocolClient.signedIn(app);
    const answers = [
      await sendJson(`${app.url}/auth`, 'POST', account),
      await sendJson(`${app.url}/auth/sign_in`, 'POST', account),
      await client.go('/members'),
      await client.go('/members?unbatch=true'),
    ];
    const expiries = answers.map(({ auth }) => Number(auth.expiry) - app.clock.now() / 1000);
    const lifespan = 14 * 86_400;
    expect(expiries).toEqual([lifespan, lifespan, lifespan, lifespan + 1]);
    for (const answer of answers) {
      expect(told(answer)).toBe('token');
      expect(bearerOf(answer)).toEqual(fiveOf(answer));
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });

  it('are not there where nobody is signed in', async () => {
    for (const answer of [
      await sendJson(`${app.url}/auth/sign_in`, 'POST', { email: 'x', password: 'y' }),
      await sendJson(`${app.url}/auth`, 'POST', { email: 'x', password: 'y' }),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(told(answer)).toBe('nothing');
    }
  });
};

onEveryDatabase('the auth headers', headers);
on({ adapter: 'fastify', database: 'sqlite' }, 'the auth headers', headers);

onEveryDatabase('the expiry of successive tokens', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startMembers(platform, { batchRequestBufferThrottle: 0 });
  });
  afterAll(() => app.close());

  const expiryOf = (answer: Answer) => Number(answer.auth.expiry);

  it('rises within one millisecond', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    let last = Number(client.headers['expiry']);
    for (let round = 0; round < 5; round++) {
      const expiry = expiryOf(await client.go('/members'));
      expect(expiry).toBe(last + 1);
      last = expiry;
    }
    expect((await app.rowOf(client))?.lastUsedAt).toBe(app.clock.now());
  });

  it('rises when the clock steps back by an hour, and follows the clock again later', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    const first = Number(client.headers['expiry']);
    app.clock.stepBack('1 hour');
    expect(expiryOf(await client.go('/members'))).toBe(first + 1);
    expect(expiryOf(await client.go('/members'))).toBe(first + 2);
    app.clock.advance('2 hours');
    expect(expiryOf(await client.go('/members'))).toBe(first + 3600);
  });

  it('is advertised only: the clock decides when a client ends', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    for (let round = 0; round < 20; round++) await client.go('/members');
    app.clock.advance('14 days');
    expect((await client.peek('/members')).status).toBe(401);
  });

  it('goes with tokens whose order is known by more than the time', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    const tokens = [client.token];
    for (let round = 0; round < 3; round++) {
      await client.go('/members');
      tokens.push(client.token);
    }
    for (const token of tokens.slice(0, -1)) expect((await client.show(token, '/members')).status).toBe(401);
    expect((await client.go('/members')).status).toBe(200);
  });

  it('and the size of the row stay in order over a thousand rotations', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    await client.go('/members');
    const sizeOf = (row: object | undefined) =>
      Object.entries(row ?? {}).map(([key, value]) => [key, typeof value === 'string' ? value.length : typeof value]);
    const size = sizeOf(await app.rowOf(client));
    const seen = new Set([client.token]);
    for (let round = 1; round < 1000; round++) {
      await client.go('/members');
      seen.add(client.token);
    }
    const row = await app.rowOf(client);
    expect([seen.size, row?.generation]).toEqual([1000, 1000]);
    expect(sizeOf(row)).toEqual(size);
    expect((await app.rows()).filter(({ id }) => id === row?.id)).toHaveLength(1);
  });
});

onEveryDatabase('a clock that steps back by an hour', (platform) => {
  it('signs nobody out', async () => {
    const app = await startMembers(platform);
    const { client, tokens } = await rotated(app);
    app.clock.stepBack('1 hour');
    // The batch that was open stays open for its members, until the clock has caught up with its end.
    expect((await client.show(tokens[0] ?? '', '/members')).status).toBe(200);
    expect(told(await client.go('/members', FROM_ELSEWHERE))).toBe('blank');
    app.clock.advance('1 hour');
    app.clock.advance('5s');
    expect(told(await client.go('/members'))).toBe('token');
    await app.close();
  });
});
