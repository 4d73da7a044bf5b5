import {
  oneTimeTokenEntityFor,
  throttleEntityFor,
  TokenAuthCleanup,
  type AuthToken,
  type CleanupOptions,
} from 'nestjs-token-auth';
import { afterEach, describe, expect, it } from 'vitest';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { clientRow } from '../support/cleanup.js';

const DAY = 86_400_000;
const GRACE = 300_000;

onEveryDatabase('the clean-up', (platform) => {
  let app: TestApp;
  let user: User;

  async function start(auth: object = {}): Promise<void> {
    app = await TestApp.start(platform, { auth });
    user = (await app.user()) as User;
  }
  afterEach(() => app.close());

  const run = (options?: CleanupOptions) => app.nest.get(TokenAuthCleanup).run(options);

  const client = (values: Partial<AuthToken> = {}) => clientRow(app, user, values);

  const ids = async () => (await app.rows()).map(({ id }) => id).sort();

  describe('of clients', () => {
    it.each([
      ['that is used', {}, {}, false],
      ['not used for less than the lifespan', {}, { lastUsedAt: -14 * DAY + 1 }, false],
      ['not used for the lifespan', {}, { lastUsedAt: -14 * DAY }, true],
      ['not used for a longer lifespan of its own', {}, { lastUsedAt: -20 * DAY, lifespan: 21 * DAY }, false],
      ['not used for a lifespan of its own', {}, { lastUsedAt: -DAY, lifespan: DAY }, true],
      ['not used for less than that', {}, { lastUsedAt: -DAY + 1, lifespan: DAY }, false],
      ['as old as clients may get', { clientLifespan: '30 days' }, { createdAt: -30 * DAY }, true],
      ['not quite as old', { clientLifespan: '30 days' }, { createdAt: -30 * DAY + 1 }, false],
      ['of any age without a limit', {}, { createdAt: -3000 * DAY }, false],
      ['that came by a reset link, after its time', {}, { passwordChangeUntil: 0 }, true],
      ['that came by a reset link, in its time', {}, { passwordChangeUntil: 1 }, false],
    ] as [string, object, Record<string, number>, boolean][])('one %s', async (_, auth, times, goes) => {
      await start(auth);
      const end = app.clock.now() - GRACE;
      const values = Object.entries(times).map(([name, value]) => [name, name === 'lifespan' ? value : end + value]);
      const id = await client(Object.fromEntries(values));
      const other = await client();
      expect(await run()).toEqual({ clients: goes ? 1 : 0, oneTimeTokens: 0, throttles: 0 });
      expect(await ids()).toEqual((goes ? [other] : [id, other]).sort());
    });

    it('removes those of an ended auth epoch, and of no other user', async () => {
      await start();
      const stranger = await client({ user: (await app.user()) as User });
      await client();
      await app.dataSource.getRepository(User).update({ id: user.id }, { authEpoch: 2 });
      await client({ authEpoch: 1 });
      const kept = await client({ authEpoch: 2 });
      expect(await run()).toMatchObject({ clients: 2 });
      expect(await ids()).toEqual([stranger, kept].sort());
    });

    it.each([1, 2, 3, 4, 7, 8, 100])('goes over all of them in chunks of %i', async (chunkSize) => {
      await start();
      const kept: string[] = [];
      for (let index = 0; index < 7; index++) {
        if (index % 3 === 0) kept.push(await client());
        else await client({ lastUsedAt: 0 });
      }
      expect(await run({ chunkSize, pause: 1 })).toMatchObject({ clients: 4 });
      expect(await ids()).toEqual(kept.sort());
      expect(await run({ chunkSize })).toMatchObject({ clients: 0 });
    });

    it('removes no more rows at a time', async () => {
      await start();
      for (let index = 0; index < 6; index++) await client({ lastUsedAt: 0 });
      app.log.take();
      await run({ chunkSize: 2 });
      expect(app.log.take().filter((word) => word === 'DELETE')).toHaveLength(3);
    });

    it('removes nothing else from several processes at once', async () => {
      await start();
      const kept = await client();
      for (let index = 0; index < 20; index++) await client({ lastUsedAt: 0 });
      const counts = await Promise.all([1, 2, 3].map((chunkSize) => run({ chunkSize })));
      expect(counts.reduce((sum, { clients }) => sum + clients, 0)).toBe(20);
      expect(await ids()).toEqual([kept]);
    });
  });

  it('removes links and counters whose time is over, and no others', async () => {
    await start();
    const end = app.clock.now() - GRACE;
    const hash = (letter: string) => letter.repeat(64);
    const tokens = app.dataSource.getRepository(oneTimeTokenEntityFor(User));
    const counters = app.dataSource.getRepository(throttleEntityFor(User));
    const token = { purpose: 'unlock', user, email: 'ada@example.com' } as const;
    await tokens.insert([
      { ...token, hash: hash('a'), expiresAt: end },
      { ...token, hash: hash('b'), expiresAt: end + 1 },
    ] as never[]);
    await counters.insert([
      { hash: hash('c'), count: 1, expiresAt: end + 1 },
      { hash: hash('d'), count: 1, expiresAt: end },
      { hash: hash('e'), count: 1, expiresAt: 0 },
    ]);
    expect(await run({ chunkSize: 2 })).toEqual({ clients: 0, oneTimeTokens: 1, throttles: 2 });
    expect((await tokens.find()).map((row) => row.hash)).toEqual([hash('b')]);
    expect((await counters.find()).map((row) => row.hash)).toEqual([hash('c')]);
  });

  it('ends after a chunk when it is told to', async () => {
    await start();
    for (let index = 0; index < 5; index++) await client({ lastUsedAt: 0 });
    expect(await run({ signal: AbortSignal.abort() })).toEqual({ clients: 0, oneTimeTokens: 0, throttles: 0 });
    const abort = new AbortController();
    const running = run({ chunkSize: 2, pause: '1 hour', signal: abort.signal });
    while ((await app.rows()).length > 3) await new Promise(setImmediate);
    abort.abort();
    expect(await running).toMatchObject({ clients: 2 });
    expect(await app.rows()).toHaveLength(3);
  });

  it('ends before the connections do when the application shuts down', async () => {
    await start();
    for (let index = 0; index < 3; index++) await client({ lastUsedAt: 0 });
    const cleanup = app.nest.get(TokenAuthCleanup);
    const running = cleanup.run({ chunkSize: 1, pause: '1 hour' });
    while ((await app.rows()).length > 2) await new Promise(setImmediate);
    await app.nest.close();
    expect(await running).toMatchObject({ clients: 1 });
  });

  it.each([{ chunkSize: 0 }, { chunkSize: 1.5 }, { chunkSize: 10_001 }, { pause: -1 }])(
    'refuses %j',
    async (options) => {
      await start();
      await expect(run(options)).rejects.toThrow(TypeError);
    },
  );
});
