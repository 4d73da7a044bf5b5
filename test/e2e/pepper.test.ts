import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { startMembers } from '../support/rotation.js';

const PEPPER = 'a pepper of at least 32 characters';
const NEXT = 'the next one, with 32 characters too';

const plain = (token: string) => createHash('sha256').update(token).digest('hex');
const under = (pepper: string, token: string) => createHmac('sha256', pepper).update(`digest\0${token}`).digest('hex');

onEveryDatabase('tokenPepper', (platform) => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  beforeEach(async () => {
    database = await createDatabase(platform.database);
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    await database.drop();
  });

  /** The next version of the application, on the same database and at the same time. */
  async function deploy(tokenPepper?: string | string[]): Promise<TestApp> {
    const previous = apps.at(-1);
    const auth = { batchResponse: 'repeat' as const, ...(tokenPepper === undefined ? {} : { tokenPepper }) };
    const app = await startMembers(platform, auth, { database, dataSource: { synchronize: apps.length === 0 } });
    app.clock.advance((previous ?? app).clock.now() - app.clock.now());
    apps.push(app);
    return app;
  }

  it('keys the stored digests', async () => {
    const app = await deploy(PEPPER);
    const client = await ProtocolClient.signedIn(app);
    const first = client.token;
    expect((await app.row()).tokenHash).toBe(under(PEPPER, first));
    await client.go('/members');
    expect(await app.row()).toMatchObject({
      tokenHash: under(PEPPER, client.token),
      replacedHash: under(PEPPER, first),
    });
  });

  it.each<[string, string | undefined, string[]]>([
    ['from none', undefined, [PEPPER, '']],
    ['from another', PEPPER, [NEXT, PEPPER]],
  ])('can be changed %s without signing anybody out', async (_, before, after) => {
    const old = await deploy(before);
    const client = await ProtocolClient.signedIn(old);
    const idle = await ProtocolClient.signedIn(old);
    const replaced = client.token;
    await client.go('/members');

    const app = await deploy(after);
    const here = new ProtocolClient(app, client.headers);
    const oldDigest = (token: string) => (before === undefined ? plain(token) : under(before, token));
    // The batch of the rotation goes on: the replaced token still leads to its successor.
    expect((await here.show(replaced, '/members')).auth.accessToken).toBe(client.token);
    app.clock.advance('10s');
    expect(told(await here.go('/members'))).toBe('token');
    expect(here.token).not.toBe(client.token);
    expect(await app.rowOf(here)).toMatchObject({
      tokenHash: under(after[0] ?? '', here.token),
      replacedHash: oldDigest(client.token),
    });
    expect((await here.show(client.token, '/members')).auth.accessToken).toBe(here.token);

    const last = await deploy(after[0]);
    last.clock.advance('10s');
    const there = new ProtocolClient(last, here.headers);
    expect(told(await there.go('/members'))).toBe('token');
    // Whoever has not come by in the time of the change has to sign in again; noise ends nobody.
    expect((await new ProtocolClient(last, idle.headers).go('/members')).status).toBe(401);
    expect(await last.rowOf(idle)).toBeDefined();
  });
});
