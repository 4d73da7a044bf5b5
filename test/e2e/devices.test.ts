import { TokenService, type AuthClient } from 'nestjs-token-auth';
import type { DataSource, QueryRunner } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { startMembers } from '../support/rotation.js';

const isSignedIn = async (client: ProtocolClient) => (await client.peek('/members')).status === 200;

onEveryDatabase('maxNumberOfDevices', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  it('is ten; signing in beyond that ends the least recently used client', async () => {
    app = await startMembers(platform);
    const user = await app.user();
    const other = await ProtocolClient.justSignedIn(app);
    const clients: ProtocolClient[] = [];
    for (let count = 0; count < 10; count++) {
      clients.push(await ProtocolClient.justSignedIn(app, user));
      app.clock.advance('1 minute');
    }
    // The oldest is used again, so that the second one is the least recently used.
    await clients[0]?.go('/members');
    clients.push(await ProtocolClient.signedIn(app, user));
    const alive = await Promise.all(clients.map(isSignedIn));
    expect(alive).toEqual([true, false, ...Array<boolean>(9).fill(true)]);
    expect(await isSignedIn(other)).toBe(true);
    expect(await app.rows()).toHaveLength(11);
  });

  it('never ends the client that has just signed in, within one millisecond', async () => {
    app = await startMembers(platform, { maxNumberOfDevices: 3 });
    const user = await app.user();
    const recent: ProtocolClient[] = [];
    const ended: number[] = [];
    for (let count = 0; count < 200; count++) {
      const client = await ProtocolClient.justSignedIn(app, user);
      recent.push(client);
      if ((await app.rowOf(client)) === undefined) ended.push(count);
    }
    expect(ended).toEqual([]);
    const alive = await Promise.all(recent.slice(-4).map(isSignedIn));
    expect(alive).toEqual([false, true, true, true]);
    expect(await app.rows()).toHaveLength(3);
  });

  it('nor when the clock has stepped back since the others were used', async () => {
    app = await startMembers(platform, { maxNumberOfDevices: 2 });
    const user = await app.user();
    const before = [await ProtocolClient.justSignedIn(app, user), await ProtocolClient.justSignedIn(app, user)];
    app.clock.stepBack('1 hour');
    const latest = await ProtocolClient.justSignedIn(app, user);
    expect(await isSignedIn(latest)).toBe(true);
    expect((await Promise.all(before.map(isSignedIn))).filter(Boolean)).toHaveLength(1);
  });

  it('nor when another one is used while it signs in', async () => {
    app = await startMembers(platform, { maxNumberOfDevices: 1 });
    const user = await app.user();
    const other = await ProtocolClient.signedIn(app, user);
    app.log.take();
    // The row has been written, and nobody has been ended yet.
    beforeStatement(
      app.dataSource,
      () => app.log.statements.some((statement) => statement.startsWith('INSERT')),
      async () => {
        app.clock.advance('1s');
        expect(told(await other.go('/members'))).toBe('token');
      },
    );
    const newest = await ProtocolClient.justSignedIn(app, user);
    expect(await Promise.all([newest, other].map(isSignedIn))).toEqual([true, false]);
  });

  it('can be one: only the latest client lives', async () => {
    app = await startMembers(platform, { maxNumberOfDevices: 1 });
    const user = await app.user();
    const first = await ProtocolClient.justSignedIn(app, user);
    const second = await ProtocolClient.justSignedIn(app, user);
    expect(await Promise.all([first, second].map(isSignedIn))).toEqual([false, true]);
  });

  it('can be a function of the user', async () => {
    const asked: string[] = [];
    app = await startMembers(platform, {
      maxNumberOfDevices: async (user: User) => {
        asked.push(user.name);
        return user.name === 'many' ? 3 : 1;
      },
    });
    const [many, one] = [await app.user({ name: 'many' }), await app.user({ name: 'one' })];
    for (const user of [many, one]) {
      for (let count = 0; count < 4; count++) await ProtocolClient.justSignedIn(app, user);
    }
    const tokens = app.nest.get(TokenService);
    const counts = await Promise.all([many, one].map(async (user): Promise<AuthClient[]> => tokens.list(user)));
    expect(counts.map(({ length }) => length)).toEqual([3, 1]);
    expect(asked).toEqual(['many', 'many', 'many', 'many', 'one', 'one', 'one', 'one']);
  });
});

onEveryAdapter('a function that gives no number of devices', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null, undefined])(
    'signs nobody in and says what is wrong: %s',
    async (limit) => {
      app = await TestApp.start(platform, { auth: { maxNumberOfDevices: () => limit as number } });
      const issue = app.nest.get(TokenService).issue(await app.user());
      await expect(issue).rejects.toThrow(
        new TypeError(`maxNumberOfDevices must give a whole number of 1 or more, not ${limit}.`),
      );
      expect(await app.rows()).toEqual([]);
      expect((await signUp(app, { email: freshEmail(), password: PASSWORD })).status).toBe(500);
      expect(await app.rows()).toEqual([]);
    },
  );

  it('ends none of the clients that are there', async () => {
    let limit = 10;
    app = await TestApp.start(platform, { auth: { maxNumberOfDevices: () => limit } });
    const { email } = await newAccount(app);
    limit = 0;
    const answer = await signIn(app, { email, password: PASSWORD });
    expect([answer.status, told(answer)]).toEqual([500, 'nothing']);
    expect(await app.rows()).toHaveLength(1);
  });
});

/** Does some work, once, before the next statement that is sent when the condition holds. */
function beforeStatement(dataSource: DataSource, condition: () => boolean, work: () => Promise<void>): void {
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  let isDone = false;
  dataSource.createQueryRunner = (mode) => {
    const runner: QueryRunner = createQueryRunner(mode);
    const query = runner.query.bind(runner) as QueryRunner['query'];
    runner.query = async (...parameters: Parameters<QueryRunner['query']>) => {
      if (!isDone && condition()) {
        isDone = true;
        await work();
      }
      return await query(...parameters);
    };
    return runner;
  };
}
