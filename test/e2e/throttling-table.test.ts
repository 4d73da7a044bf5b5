import { throttleEntityFor, TokenAuthUser, TokenService } from 'nestjs-token-auth';
import { Entity } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { onEveryDatabase, onEveryServer, TestApp, User, type AppOptions } from '../support/app.js';
import { createDatabase } from '../support/databases.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Attempts } from '../support/throttling.js';

const LIMIT = 3;
const WINDOW = 15 * 60;
const ADDRESS = '192.0.2.1';

@Entity()
class Admin extends TokenAuthUser {}

onEveryDatabase('the table of counters', (platform) => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(auth: AppOptions['auth'] = {}, options: AppOptions = {}) {
    const app = await TestApp.start(platform, {
      ...options,
      auth: { throttleAccountLimit: LIMIT, throttleWindow: '15m', ...auth },
    });
    closing.push(() => app.close());
    return { app, attempts: new Attempts(app) };
  }

  /** A database for several applications. */
  async function shared(): Promise<AppOptions> {
    const database = await createDatabase(platform.database);
    closing.push(() => database.drop());
    return { database, dataSource: { synchronize: true } };
  }

  it('names nobody', async () => {
    const { app, attempts } = await start();
    const user = await app.user();
    await app.nest.get(TokenService).issue(user, { origin: { ip: ADDRESS, userAgent: null } });
    await attempts.failTimes(LIMIT + 1, user.email, ADDRESS);
    expect(await attempts.counts()).toEqual([LIMIT + 1, LIMIT, 1]);
    for (const row of await attempts.rows()) {
      expect(Object.keys(row).sort()).toEqual(['count', 'expiresAt', 'hash']);
      expect(row.hash).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('cannot be read without the pepper, where there is one', async () => {
    const options = await shared();
    const [bare, peppered] = [await start({}, options), await start({ tokenPepper: 'p'.repeat(32) }, options)];
    for (const { attempts } of [bare, peppered]) await attempts.failTimes(2, 'ada@example.com', ADDRESS);
    expect(await bare.attempts.counts()).toEqual([2, 2, 2, 2]);
  });

  it('is another one for other accounts', async () => {
    const options = await shared();
    const [users, admins] = [await start({}, options), await start({ userEntity: Admin }, options)];
    await users.attempts.failTimes(LIMIT, 'ada@example.com');
    expect(await users.attempts.fail('ada@example.com')).toBe(WINDOW);
    await admins.attempts.failTimes(LIMIT, 'ada@example.com');
    expect(await users.attempts.counts()).toEqual([LIMIT, 1, 1, 1, 0]);
  });

  it('is the same for applications that have just started', async () => {
    const options = await shared();
    await (await start({}, options)).attempts.failTimes(LIMIT, 'ada@example.com');
    expect(await (await start({}, options)).attempts.fail('ada@example.com')).toBe(WINDOW);
  });

  it('is not touched where sign-ins are not throttled', async () => {
    const { app, attempts } = await start({ throttleSignIn: false });
    app.log.take();
    for (let turn = 0; turn < 200; turn++) expect(await attempts.succeed('ada@example.com', ADDRESS)).toBe(true);
    await attempts.forget('ada@example.com');
    expect(app.log.take()).toEqual([]);
  });

  it('is asked alike for accounts that exist and others', async () => {
    const { app, attempts } = await start();
    const user = await app.user();
    await app.nest.get(TokenService).issue(user, { origin: { ip: ADDRESS, userAgent: null } });
    const statements = [];
    for (const account of [user.email, 'nobody@example.com']) {
      await attempts.clear();
      app.log.statements.splice(0);
      for (let turn = 0; turn < LIMIT; turn++) await attempts.fail(account, '198.51.100.1');
      expect(await attempts.fail(account, '198.51.100.1')).toBe(WINDOW);
      statements.push(app.log.statements.splice(0).map((statement) => statement.replaceAll(/\d{13}/g, '<time>')));
      app.clock.advance('1h');
    }
    expect(statements[0]?.length).toBeGreaterThan(10);
    expect(statements[1]).toEqual(statements[0]);
  });

  it('is cleared of what is over, in passing', async () => {
    const { app, attempts } = await start();
    const now = app.clock.now();
    const over = Array.from({ length: 1200 }, (_, index) => ({
      hash: index.toString(16).padStart(64, '0'),
      count: 1,
      expiresAt: now - index,
    }));
    const table = app.dataSource.getRepository(throttleEntityFor(User));
    await table.insert([...over, { hash: 'f'.repeat(64), count: 1, expiresAt: now + 1 }]);
    await attempts.failTimes(4, '', undefined);
    expect(await attempts.counts()).toEqual(Array(5).fill(1));

    // Nothing is left to do: it rests for a minute.
    await table.insert(over.slice(0, 3));
    app.clock.advance(59_999);
    await attempts.fail('');
    expect((await attempts.rows()).length).toBe(9);
    app.clock.advance(1);
    await attempts.fail('');
    // Nor does what has just ended stay.
    expect((await attempts.rows()).length).toBe(6);
  });

  it('does not grow by accounts and addresses that come and go', async () => {
    const { app, attempts } = await start();
    for (let round = 0; round < 10; round++) {
      for (let turn = 0; turn < 20; turn++) await attempts.fail(attempts.freshAccount());
      app.clock.advance('15m');
    }
    expect((await attempts.rows()).length).toBeLessThanOrEqual(80);
  });

  it('keeps refusing when the clock is set back a little, and heals from a time that is far ahead', async () => {
    const { app, attempts } = await start();
    await attempts.failTimes(LIMIT, 'ada@example.com');
    app.clock.stepBack('30m');
    expect(await attempts.fail('ada@example.com')).toBe(3 * WINDOW);
    app.clock.stepBack('1 day');
    expect(await attempts.fail('ada@example.com')).toBe(true);
  });

  it('agrees with the real time, too', async () => {
    const { attempts } = await start({}, { realTime: true });
    await attempts.failTimes(LIMIT, 'ada@example.com');
    const wait = Number(await attempts.fail('ada@example.com'));
    expect(wait).toBeGreaterThan(WINDOW - 60);
    expect(wait).toBeLessThanOrEqual(WINDOW);
  });
});

onEveryServer('counters that cannot be reached', (platform) => {
  it('admit nobody', async () => {
    const database = await createDatabase(platform.database);
    const proxy = await TcpProxy.start((database.options as { url: string }).url);
    const app = await TestApp.start(platform, { database, dataSource: { url: proxy.url, synchronize: true } });
    try {
      const attempts = new Attempts(app);
      const succeeded = await attempts.begin('ada@example.com');
      await proxy.refuse();
      const work = [() => attempts.fail('ada@example.com'), succeeded, () => attempts.forget('ada@example.com')];
      for (const each of work) {
        await expect(each()).rejects.toMatchObject({ name: 'DatabaseError' });
      }
    } finally {
      await app.close();
      await proxy.close();
      await database.drop();
    }
  });
});
