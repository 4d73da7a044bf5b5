import { TokenService } from 'nestjs-token-auth';
import { afterEach, beforeEach, expect, it, vi, type MockInstance } from 'vitest';
import { onEveryDatabase, on, type TestApp, type User } from '../support/app.js';
import { eventually, ProtocolClient } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { Latch, settled } from '../support/latch.js';
import { LiveClient } from '../support/live-client.js';
import { openSocketsOf, startLive } from '../support/open-sockets.js';

const INTERVAL = 15_000;

/** The timers that were set for the next look into the database, oldest first. */
class Looks {
  private readonly set = vi.spyOn(globalThis, 'setTimeout');
  private readonly clear: MockInstance<typeof clearTimeout> = vi.spyOn(globalThis, 'clearTimeout');

  private get calls() {
    return this.set.mock.calls.flatMap(([callback, delay], index) => {
      const timer = this.set.mock.results[index]?.value as NodeJS.Timeout;
      return delay === INTERVAL && String(callback).includes('tick')
        ? [{ callback: callback as () => void, timer }]
        : [];
    });
  }

  get count(): number {
    return this.calls.length;
  }

  get latest(): NodeJS.Timeout | undefined {
    return this.calls.at(-1)?.timer;
  }

  /** Lets the time of the latest one come. */
  fire(): void {
    clearTimeout(this.latest);
    this.calls.at(-1)?.callback();
  }

  isCleared(timer: NodeJS.Timeout | undefined): boolean {
    return this.clear.mock.calls.some(([cleared]) => cleared === timer);
  }

  restore(): void {
    this.set.mockRestore();
    this.clear.mockRestore();
  }
}

onEveryDatabase('clients that another process has ended', (platform) => {
  let database: TestDatabase;
  let here: TestApp;
  let elsewhere: TestApp;
  let looks: Looks;
  let user: User;
  let client: ProtocolClient;
  let socket: LiveClient;
  beforeEach(async () => {
    database = await createDatabase(platform.database);
    here = await startLive(platform, { database, dataSource: { synchronize: true } });
    elsewhere = await startLive(platform, { database });
    looks = new Looks();
    user = await here.user();
    client = await ProtocolClient.signedIn(here, user);
    socket = await LiveClient.connect(here, '/live', client.headers);
    await socket.ask('me');
  });
  afterEach(async () => {
    looks.restore();
    socket.close();
    await here.close();
    await elsewhere.close();
    await database.drop();
  });

  it('are told after fifteen seconds, by a timer that keeps no process alive', async () => {
    const foreign = await ProtocolClient.signedIn(here);
    const other = await LiveClient.connect(here, '/live', foreign.headers);
    await other.ask('me');
    await elsewhere.nest.get(TokenService).revokeAll(user);
    expect([looks.count, looks.latest?.hasRef()]).toEqual([1, false]);
    looks.fire();
    expect(await socket.untilClosed()).toBe(4401);
    expect((await other.ask('me')).data).toBe(foreign.headers['uid']);
    // Somebody is still there to be looked for.
    await eventually(() => looks.count === 2);
    const { latest } = looks;
    other.close();
    await eventually(() => openSocketsOf(here).size === 0);
    expect([looks.isCleared(latest), looks.count]).toEqual([true, 2]);
  });

  it('have no timer any more when nobody is there', async () => {
    await elsewhere.nest.get(TokenService).revokeAll(user);
    looks.fire();
    expect(await socket.untilClosed()).toBe(4401);
    await settled();
    expect([looks.count, openSocketsOf(here).size]).toEqual([1, 0]);
  });

  it('have one timer when all sockets have closed and others have come during a look', async () => {
    const known = openSocketsOf(here);
    const latch = new Latch();
    const checkAll = known.checkAll.bind(known);
    known.checkAll = async () => {
      await latch.wait();
      await checkAll();
    };
    looks.fire();
    await latch.reached;
    socket.close();
    await eventually(() => known.size === 0);
    socket = await LiveClient.connect(here, '/live', client.headers);
    await socket.ask('me');
    expect(looks.count).toBe(2);
    latch.release();
    await socket.ask('me');
    await settled();
    expect(looks.count).toBe(2);
  });

  it('nor when the application has closed', async () => {
    const { latest } = looks;
    await here.nest.close();
    expect([looks.isCleared(latest), looks.count]).toEqual([true, 1]);
  });

  it('are told at their next message all the same', async () => {
    await elsewhere.nest.get(TokenService).revokeAll(user);
    expect((await socket.ask('me')).event).toBe('exception');
  });

  it('are those that the database says, not those that it cannot be asked for', async () => {
    const { dataSource } = here;
    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = () => {
      throw new Error('The database is away.');
    };
    looks.fire();
    await eventually(() => looks.count === 2);
    dataSource.createQueryRunner = createQueryRunner;
    expect((await socket.ask('me')).data).toBe(user.uid);
    await elsewhere.nest.get(TokenService).revokeAll(user);
    looks.fire();
    expect(await socket.untilClosed()).toBe(4401);
  });
});

on({ adapter: 'express', database: 'sqlite' }, 'clients that a transaction deletes', (platform) => {
  let app: TestApp;
  let socket: LiveClient;
  afterEach(async () => {
    socket.close();
    await app.close();
  });

  it.each([
    ['have not ended when it is rolled back', false],
    ['have ended when it is committed', true],
  ])('%s', async (_, commits) => {
    app = await startLive(platform);
    const client = await ProtocolClient.signedIn(app);
    socket = await LiveClient.connect(app, '/live', client.headers);
    await socket.ask('me');
    let look: Promise<void> | undefined;
    const work = app.dataSource.transaction(async (manager) => {
      await manager.query('DELETE FROM user_auth_token');
      look = openSocketsOf(app).checkAll();
      await settled();
      if (!commits) throw new Error('rolled back');
    });
    expect(
      await work.then(
        () => true,
        () => false,
      ),
    ).toBe(commits);
    await look;
    expect(openSocketsOf(app).size).toBe(commits ? 0 : 1);
    expect((await (commits ? socket.untilClosed() : socket.ask('me'))) === 4401).toBe(commits);
  });
});
