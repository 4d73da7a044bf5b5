import { Controller, Get, UseGuards } from '@nestjs/common';
import { TokenAuthGuard, type TokenAuthModuleOptions } from 'nestjs-token-auth';
import { afterEach, describe, expect, it } from 'vitest';
import { onEveryDatabase, TestApp, type AppOptions, type Platform } from '../support/app.js';
import { eventually, ProtocolClient, told, type Answer, type Told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { Latch } from '../support/latch.js';

let gates = [new Latch()];
let entered = 0;

@Controller()
@UseGuards(TokenAuthGuard)
class PagesController {
  @Get('page')
  page() {
    return 'page';
  }

  /** Each request waits at a gate of its own, in the order of arrival. */
  @Get('gate')
  async gate() {
    await gates[entered++]?.wait();
    return 'through';
  }
}

onEveryDatabase('the statements of a guarded request', (platform) => {
  let app: TestApp;
  let neighbour: TestApp | undefined;
  let database: TestDatabase | undefined;
  afterEach(async () => {
    await neighbour?.close();
    await app.close();
    await database?.drop();
    neighbour = database = undefined;
  });

  async function start(
    auth: Partial<TokenAuthModuleOptions<any>> = {},
    on: Platform = platform,
    options: AppOptions = {},
  ) {
    app = await TestApp.start(on, { auth, controllers: [PagesController], ...options });
    const client = await ProtocolClient.signedIn(app);
    app.log.take();
    return client;
  }

  /** Sends a request; tells what it was told and which statements it ran, all of them: BEGIN and COMMIT would show. */
  async function count(client: ProtocolClient, path = '/page'): Promise<[Told, ...string[]]> {
    const answer = await client.go(path);
    expect(answer.status).toBe(200);
    return [told(answer), ...app.log.take()];
  }

  it('are a SELECT and an UPDATE when it rotates, and a SELECT while its batch is open', async () => {
    const client = await start();
    for (let round = 0; round < 3; round++) {
      expect(await count(client)).toEqual(['token', 'SELECT', 'UPDATE']);
      expect(await count(client)).toEqual(['blank', 'SELECT']);
      app.clock.advance('4s');
      expect(await count(client)).toEqual(['blank', 'SELECT']);
      app.clock.advance('1s');
    }
  });

  it('are a SELECT when it is refused', async () => {
    const client = await start();
    const forger = new ProtocolClient(app, { ...client.headers, 'access-token': 'forged' });
    expect((await forger.go('/page')).status).toBe(401);
    expect(app.log.take()).toEqual(['SELECT']);
  });

  it('are a SELECT and an UPDATE at most once a second for the followers of a batch', async () => {
    const client = await start();
    const follower = new ProtocolClient(app, client.headers);
    await client.go('/page');
    app.log.take();

    // A follower at the moment of the rotation cannot hold the batch open for any longer.
    expect(await count(follower)).toEqual(['blank', 'SELECT']);
    app.clock.advance(999);
    expect(await count(follower)).toEqual(['blank', 'SELECT']);
    app.clock.advance(1);
    expect(await count(follower)).toEqual(['blank', 'SELECT', 'UPDATE']);
    expect(await count(follower)).toEqual(['blank', 'SELECT']);
    app.clock.advance(999);
    expect(await count(follower)).toEqual(['blank', 'SELECT']);
    app.clock.advance(1);
    expect(await count(follower)).toEqual(['blank', 'SELECT', 'UPDATE']);
  });

  it('are throttled by a quarter of a short buffer', async () => {
    const client = await start({ batchRequestBufferThrottle: 400 });
    const follower = new ProtocolClient(app, client.headers);
    await client.go('/page');
    app.log.take();
    app.clock.advance(99);
    expect(await count(follower)).toEqual(['blank', 'SELECT']);
    app.clock.advance(1);
    expect(await count(follower)).toEqual(['blank', 'SELECT', 'UPDATE']);
    app.clock.advance(99);
    expect(await count(follower)).toEqual(['blank', 'SELECT']);
  });

  describe.each([
    ['blank', 'blank'],
    ['repeat', 'token'],
    ['omit', 'nothing'],
  ] as const)('when it loses the race (%s)', (batchResponse, expected) => {
    /** The token that a loser is told. */
    const tokenFor = (winner: Answer) => ({ blank: '', repeat: winner.auth.accessToken, omit: null })[batchResponse];

    async function hold(client: ProtocolClient, count: number): Promise<Promise<Answer>[]> {
      gates = Array.from({ length: count }, () => new Latch());
      entered = 0;
      const requests = gates.map(() => client.peek('/gate'));
      await eventually(() => entered === count);
      expect(app.log.take()).toEqual(gates.map(() => 'SELECT'));
      return requests;
    }

    // A token that is told must be the newest, whatever other processes have done.
    const looks = batchResponse === 'repeat' ? ['SELECT'] : [];

    it('to one beside it are none: what that has written is known', async () => {
      const requests = await hold(await start({ batchResponse }), 2);
      gates[0]?.release();
      const winner = await Promise.race(requests);
      expect([told(winner), ...app.log.take()]).toEqual(['token', 'UPDATE']);

      gates[1]?.release();
      const loser = (await Promise.all(requests)).find((answer) => answer !== winner) as Answer;
      expect([told(loser), ...app.log.take()]).toEqual([expected, ...looks]);
      expect(loser.auth.accessToken).toBe(tokenFor(winner));
    });

    it('to several at once is a single UPDATE', async () => {
      const requests = await hold(await start({ batchResponse }), 8);
      for (const gate of gates) gate.release();
      const answers = await Promise.all(requests);
      expect(app.log.take()).toEqual(['UPDATE', ...Array.from({ length: 7 }, () => looks).flat()]);
      const losers = Array.from({ length: 7 }, () => expected);
      expect(answers.map(told).sort()).toEqual(['token', ...losers].sort());
    });

    it('to another process are an UPDATE and one more SELECT', async () => {
      database = await createDatabase(platform.database);
      const client = await start({ batchResponse }, platform, { database, dataSource: { synchronize: true } });
      neighbour = await TestApp.start(platform, { auth: { batchResponse }, controllers: [PagesController], database });
      neighbour.clock.advance(app.clock.now() - neighbour.clock.now());
      const [request] = await hold(client, 1);
      const winner = await new ProtocolClient(neighbour, client.headers).go('/page');
      expect(told(winner)).toBe('token');

      gates[0]?.release();
      const loser = (await request) as Answer;
      expect([told(loser), ...app.log.take()]).toEqual([expected, 'UPDATE', 'SELECT']);
      expect(loser.auth.accessToken).toBe(tokenFor(winner));
    });
  });

  it('stay the same with a repeated token', async () => {
    const client = await start({ batchResponse: 'repeat' });
    const follower = new ProtocolClient(app, client.headers);
    expect(await count(client)).toEqual(['token', 'SELECT', 'UPDATE']);
    expect(await count(client)).toEqual(['token', 'SELECT']);
    expect(await count(follower)).toEqual(['token', 'SELECT']);
  });

  describe('while rotation is off', () => {
    it('are a SELECT, and an UPDATE once a minute', async () => {
      const client = await start({ changeHeadersOnEachRequest: false });
      const token = client.token;
      expect(await count(client)).toEqual(['token', 'SELECT']);
      app.clock.advance('49s');
      expect(await count(client)).toEqual(['token', 'SELECT']);
      app.clock.advance('1s');
      expect(await count(client)).toEqual(['token', 'SELECT', 'UPDATE']);
      app.clock.advance(59_999);
      expect(await count(client)).toEqual(['token', 'SELECT']);
      app.clock.advance(1);
      expect(await count(client)).toEqual(['token', 'SELECT', 'UPDATE']);
      expect(client.token).toBe(token);
    });
  });

  it('never hold a lock or a transaction while the handler runs', async () => {
    const client = await start();
    gates = [new Latch()];
    entered = 0;
    const request = client.peek('/gate');
    await eventually(() => entered === 1);
    // The row and the user can be written by somebody else while the handler waits.
    const [row] = await app.rows();
    await app.dataSource.manager.update((row as object).constructor, { client: row?.client }, { userAgent: 'x' });
    await app.dataSource.query(`UPDATE ${app.dataSource.driver.escape('user')} SET name = 'renamed'`);
    gates[0]?.release();
    expect(told(await request)).toBe('token');
    expect(app.log.statements.filter((statement) => /FOR (UPDATE|SHARE)|LOCK/i.test(statement))).toEqual([]);
  });
});
