import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryDatabase, User, type TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { createDatabase } from '../support/databases.js';
import { rotated, startMembers } from '../support/rotation.js';

const HOUR = 3_600_000;
const OFF = { changeHeadersOnEachRequest: false };

onEveryDatabase('changeHeadersOnEachRequest: false', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startMembers(platform, OFF);
  });
  afterAll(() => app.close());

  it('tells the token of the sign-in at every request', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    const first = client.token;
    for (const path of ['/members', '/members?unbatch=true', '/members']) {
      const answer = await client.go(path);
      expect([answer.status, told(answer), answer.auth.accessToken]).toEqual([200, 'token', first]);
      app.clock.advance('1 hour');
    }
    expect(await app.rowOf(client)).toMatchObject({ generation: 0, replacedHash: null });
  });

  it('writes "last used" at most once a minute, and nothing else but the expiry', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    const before = await app.rowOf(client);
    const writes: string[][] = [];
    for (const wait of [59_999, 1, 59_999, 1, 0]) {
      app.clock.advance(wait);
      app.log.take();
      await client.go('/members');
      writes.push(app.log.take());
    }
    const [nothing, once] = [['SELECT'], ['SELECT', 'UPDATE']];
    expect(writes).toEqual([nothing, once, nothing, once, nothing]);
    const changes = { lastUsedAt: app.clock.now(), expiry: (before?.expiry ?? 0) + 120 };
    expect(await app.rowOf(client)).toEqual(Object.assign(before ?? {}, changes));
  });

  it('tells a new uid of the user at once', async () => {
    const user = await app.user();
    const client = await ProtocolClient.justSignedIn(app, user);
    const before = await app.rowOf(client);
    const uid = `renamed-${user.uid}`;
    await app.dataSource.getRepository(User).update(user.id, { uid });
    expect((await client.go('/members')).auth).toMatchObject({ uid, accessToken: client.token });
    expect(await app.rowOf(client)).toEqual(Object.assign(before ?? {}, { uid, replacedUid: user.uid }));
  });

  it('slides its expiry, which never falls', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    const told: number[] = [];
    for (let round = 0; round < 4; round++) {
      told.push(Number((await client.go('/members')).auth.expiry));
      app.clock.advance('1 hour');
    }
    const [first = 0] = told;
    expect(told).toEqual([first, first + 3600, first + 7200, first + 10_800]);
    app.clock.stepBack('6 hours');
    expect(Number((await client.go('/members')).auth.expiry)).toBe(first + 10_800);
  });

  it('keeps a client signed in that is used every hour, beyond its lifespan', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    const first = client.token;
    const answers: unknown[] = [];
    for (let hour = 0; hour < 15 * 24; hour++) {
      app.clock.advance(HOUR);
      const { status } = await client.go('/members');
      answers.push(`${status} ${client.token}`);
    }
    expect([answers.length, ...new Set(answers)]).toEqual([360, `200 ${first}`]);
    app.clock.advance(14 * 24 * HOUR - 1);
    expect((await client.peek('/members')).status).toBe(200);
    app.clock.advance(14 * 24 * HOUR);
    expect((await client.peek('/members')).status).toBe(401);
  });

  it('tells many requests at once the same token and expiry', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    app.clock.advance('1 hour');
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.peek('/members')));
    const expiry = String((await app.rowOf(client))?.expiry);
    for (const { status, auth } of answers) {
      expect([status, auth.accessToken, auth.expiry]).toEqual([200, client.token, expiry]);
    }
  });

  it('writes once in a tenth of a short lifespan', async () => {
    const short = await startMembers(platform, { ...OFF, tokenLifespan: '20s' });
    const client = await ProtocolClient.justSignedIn(short);
    const start = short.clock.now();
    short.clock.advance(1999);
    await client.go('/members');
    expect((await short.row()).lastUsedAt).toBe(start);
    short.clock.advance(1);
    await client.go('/members');
    expect((await short.row()).lastUsedAt).toBe(start + 2000);
    await short.close();
  });

  it('does not tell an outdated token to a follower of a time when tokens rotated', async () => {
    const database = await createDatabase(platform.database);
    const before = await startMembers(platform, {}, { database, dataSource: { synchronize: true } });
    const { client, tokens } = await rotated(before);
    const after = await startMembers(platform, OFF, { database });
    after.clock.advance(before.clock.now() - after.clock.now());
    const here = new ProtocolClient(after, client.headers);
    expect(told(await here.show(tokens[0] ?? '', '/members'))).toBe('blank');
    const own = await here.go('/members');
    expect([told(own), own.auth.accessToken]).toEqual(['token', client.token]);
    after.clock.advance('5s');
    expect((await here.show(tokens[0] ?? '', '/members')).status).toBe(401);
    await after.close();
    await before.close();
    await database.drop();
  });
});
