import { Controller, Get, UseGuards } from '@nestjs/common';
import { TokenAuthEvents, TokenAuthGuard } from 'nestjs-token-auth';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEveryServer, TestApp } from '../support/app.js';
import { eventually, ProtocolClient, sendJson, told, type Answer } from '../support/client.js';
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

const ACCOUNT = { email: 'ada@example.com', password: 'correct horse' };
const UNAVAILABLE = {
  success: false,
  errors: ['The service is not available at the moment. Please try again later.'],
};

/** What only the statement of a rotation carries; a prepared one does not carry its text. */
function valueOfRotation(client: ProtocolClient): string {
  return client.headers['uid'] ?? '';
}

onEveryServer('a database that cannot be reached', (platform) => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let app: TestApp;
  let failures: string[];
  beforeEach(async () => {
    strike = () => {};
    database = await createDatabase(platform.database);
    proxy = await TcpProxy.start((database.options as { url: string }).url);
    const dataSource = { url: proxy.url, synchronize: true };
    app = await TestApp.start(platform, { database, dataSource, controllers: [MembersController] });
    failures = [];
    app.nest.get(TokenAuthEvents).on('rotation.failed', ({ error }) => failures.push(String(error)));
  });
  afterEach(async () => {
    await app.close();
    await proxy.close();
    await database.drop();
  });

  function expectUnavailable(answer: Answer): void {
    expect([answer.status, answer.body]).toEqual([503, UNAVAILABLE]);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(told(answer)).toBe('nothing');
  }

  it('answers 503 while it is down, and the same token works when it is back', async () => {
    const client = await ProtocolClient.signedIn(app);
    await proxy.refuse();
    for (let attempt = 0; attempt < 3; attempt++) expectUnavailable(await client.peek('/members'));
    expectUnavailable(await client.peek('/auth/validate_token'));
    expectUnavailable(await client.peek('/auth/sign_out', { method: 'DELETE' }));

    await proxy.pass();
    const answer = await client.go('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect((await client.go('/members')).status).toBe(200);
  });

  it('answers 503 to sign-ins and sign-ups while it is down', async () => {
    expect((await sendJson(`${app.url}/auth`, 'POST', ACCOUNT)).status).toBe(200);
    await proxy.refuse();
    expectUnavailable(await sendJson(`${app.url}/auth/sign_in`, 'POST', ACCOUNT));
    expectUnavailable(await sendJson(`${app.url}/auth`, 'POST', { ...ACCOUNT, email: 'eve@example.com' }));

    await proxy.pass();
    expect((await sendJson(`${app.url}/auth/sign_in`, 'POST', ACCOUNT)).status).toBe(200);
    expect((await sendJson(`${app.url}/auth`, 'POST', { ...ACCOUNT, email: 'eve@example.com' })).status).toBe(200);
  });

  it('refuses nobody when all of its connections are cut while nobody uses them', async () => {
    const client = await ProtocolClient.signedIn(app);
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.go('/members')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    app.clock.advance('6s');
    proxy.cut();
    // A pool may not have noticed yet.
    const first = await client.go('/members');
    if (first.status !== 200) expectUnavailable(first);
    await eventually(async () => {
      const { status } = await client.go('/members');
      expect(status).not.toBe(401);
      return status === 200;
    });
  });

  it('lets the answer of the handler go out without a new token when it dies meanwhile', async () => {
    const client = await ProtocolClient.signedIn(app);
    strike = () => proxy.refuse();
    const answer = await client.peek('/members');
    expect([answer.status, answer.body, told(answer)]).toEqual([200, { ok: true }, 'blank']);
    expect(failures).toHaveLength(1);

    strike = () => {};
    await proxy.pass();
    app.clock.advance('1h');
    const later = await client.go('/members');
    expect([later.status, told(later)]).toEqual([200, 'token']);
    expect((await app.row()).generation).toBe(1);
  });

  it('finds a rotation whose confirmation got lost by looking again', async () => {
    const client = await ProtocolClient.signedIn(app);
    strike = () => proxy.withholdAnswerTo(valueOfRotation(client), 'cut');
    const answer = await client.go('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect((await app.row()).generation).toBe(1);

    strike = () => {};
    app.clock.advance('6s');
    const next = await client.go('/members');
    expect([next.status, told(next)]).toEqual([200, 'token']);
    expect(failures).toEqual([]);
  });

  it('does not refuse the client in its batch when a rotation was written and nobody could know', async () => {
    const client = await ProtocolClient.signedIn(app);
    strike = () => proxy.withholdAnswerTo(valueOfRotation(client), 'refuse');
    const answer = await client.peek('/members');
    expect([answer.status, answer.body, told(answer)]).toEqual([200, { ok: true }, 'blank']);
    expect(failures).toHaveLength(1);

    strike = () => {};
    await proxy.pass();
    expect((await app.row()).generation).toBe(1);
    const inBatch = await client.go('/members');
    expect([inBatch.status, told(inBatch)]).toEqual([200, 'blank']);
    const unbatch = await client.go('/members?unbatch=true');
    expect([unbatch.status, told(unbatch)]).toEqual([200, 'token']);
    app.clock.advance('6s');
    expect((await client.go('/members')).status).toBe(200);
  });
});
