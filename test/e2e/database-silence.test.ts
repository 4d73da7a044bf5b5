import { Controller, Get, UseGuards } from '@nestjs/common';
import { TokenAuthEvents, TokenAuthGuard } from 'nestjs-token-auth';
import type { DataSourceOptions, QueryRunner } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryServer, TestApp } from '../support/app.js';
import { ProtocolClient, told, type Answer } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** What a handler does to the network. */
let strike: () => unknown = () => {};

@Controller('members')
@UseGuards(TokenAuthGuard)
class MembersController {
  @Get()
  async show() {
    await strike();
    return { ok: true };
  }
}

const POOL = 3;

// Without a limit of the module these wait until the test runner gives up.
onEveryServer('a database that never answers', (platform) => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let app: TestApp;
  let failures: string[];
  beforeEach(async () => {
    strike = () => {};
    database = await createDatabase(platform.database);
    proxy = await TcpProxy.start((database.options as { url: string }).url);
    const limit = platform.database === 'postgres' ? { connectTimeoutMS: 500 } : { connectTimeout: 500 };
    app = await TestApp.start(platform, {
      auth: { databaseTimeout: 500, lostResponse: 'forgiving' },
      database,
      dataSource: { url: proxy.url, synchronize: true, poolSize: POOL, ...limit } as Partial<DataSourceOptions>,
      controllers: [MembersController],
    });
    failures = [];
    app.nest.get(TokenAuthEvents).on('rotation.failed', ({ error }) => failures.push(String(error)));
  });
  afterEach(async () => {
    proxy.cut();
    await app.close();
    await proxy.close();
    await database.drop();
  });

  /** Every connection that the pool may have, open and in use. */
  async function wholePool(): Promise<QueryRunner[]> {
    const runners = Array.from({ length: POOL }, () => app.dataSource.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    return runners;
  }

  function expectUnavailable(answer: Answer): void {
    expect([answer.status, told(answer)]).toEqual([503, 'nothing']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }

  it('is given up on arrival, and its silent connections do not use up the pool', async () => {
    const client = await ProtocolClient.signedIn(app);
    // Connections that are still to be opened would give up by themselves.
    for (const runner of await wholePool()) await runner.release();
    proxy.silence();
    const requests = Array.from({ length: POOL }, () => client.peek('/members'));
    for (const answer of await Promise.all(requests)) expectUnavailable(answer);
    expect(proxy.attempts).toBe(POOL);

    await proxy.pass();
    const answer = await client.go('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
  });

  it('is given up by the endpoints', async () => {
    const account = { email: freshEmail(), password: PASSWORD };
    expect((await signUp(app, account)).status).toBe(200);
    const client = await ProtocolClient.signedIn(app);
    proxy.silence();
    expectUnavailable(await signIn(app, account));
    expectUnavailable(await signUp(app, { ...account, email: freshEmail() }));
    expectUnavailable(await client.peek('/auth/validate_token'));
    expectUnavailable(await client.peek('/auth/sign_out', { method: 'DELETE' }));

    await proxy.pass();
    expect((await client.go('/auth/validate_token')).status).toBe(200);
    expect((await signIn(app, account)).status).toBe(200);
  });

  it('is given up on departure, without asking again, and the answer of the handler goes out', async () => {
    const client = await ProtocolClient.signedIn(app);
    strike = () => proxy.silence();
    const answer = await client.peek('/members');
    expect([answer.status, answer.body, told(answer)]).toEqual([200, { ok: true }, 'blank']);
    expect(failures).toEqual([
      'DatabaseTimeoutError: The database did not answer within 500 ms, the time that databaseTimeout sets.',
    ]);
    expect(proxy.attempts).toBe(1);

    strike = () => {};
    await proxy.pass();
    app.clock.advance('1h');
    const later = await client.go('/members');
    expect([later.status, told(later), (await app.row()).generation]).toEqual([200, 'token', 1]);
  });

  it('loses nobody by a rotation that was carried out and never confirmed', async () => {
    const client = await ProtocolClient.signedIn(app);
    // What only the statement of a rotation carries; a prepared one does not carry its text.
    strike = () => proxy.withholdAnswerTo(client.headers['uid'] ?? '', 'silence');
    const answer = await client.peek('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'blank']);

    await proxy.pass();
    expect((await app.row()).generation).toBe(1);
    app.clock.advance('1h');
    expect((await client.go('/members')).status).toBe(200);
  });

  it('keeps nobody waiting for a connection of the pool, and does not begin what was given up meanwhile', async () => {
    const client = await ProtocolClient.signedIn(app);
    let runners: QueryRunner[] = [];
    strike = async () => (runners = await wholePool());
    const answer = await client.peek('/members');
    expect([answer.status, told(answer), failures.length]).toEqual([200, 'blank', 1]);
    expectUnavailable(await client.peek('/members'));

    app.log.take();
    await Promise.all(runners.map((runner) => runner.release()));
    strike = () => {};
    expect((await app.row()).generation).toBe(0);
    expect(app.log.take()).toEqual(['SELECT']);
    expect((await client.go('/members')).status).toBe(200);
  });
});
