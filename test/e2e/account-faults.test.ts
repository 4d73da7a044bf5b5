import { Controller, Get, Inject } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryServer, TestApp } from '../support/app.js';
import { eventually, send, sendJson, told, type Answer } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { Latch } from '../support/latch.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const NEW = 'another horse';
const UNAVAILABLE = {
  success: false,
  errors: ['The service is not available at the moment. Please try again later.'],
};
let latch: Latch;

/** A handler of the application that keeps a connection for itself. */
@Controller('held')
class HoldingController {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Get()
  async show() {
    await this.dataSource.transaction(() => latch.wait());
    return { ok: true };
  }
}

onEveryServer('accounts on a database that fails', (platform) => {
  let mailbox: Mailbox;
  let database: TestDatabase;
  let proxy: TcpProxy;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
  });
  beforeEach(async () => {
    database = await createDatabase(platform.database);
    proxy = await TcpProxy.start((database.options as { url: string }).url);
  });
  afterEach(async () => {
    await app.close();
    await proxy.close();
    await database.drop();
  });
  afterAll(() => mailbox.close());

  async function start(options: Partial<DataSourceOptions> = {}): Promise<void> {
    app = await TestApp.start(platform, {
      auth: {
        ...mailbox.options,
        confirmable: true,
        allowUnconfirmedAccessFor: null,
        defaultConfirmSuccessUrl: PAGE,
        defaultPasswordResetUrl: PAGE,
        lockable: true,
      },
      controllers: [HoldingController],
      database,
      dataSource: { url: proxy.url, synchronize: true, ...options } as Partial<DataSourceOptions>,
    });
  }

  const call = async (method: string, path: string, body: object, headers: Record<string, string> = {}) =>
    await sendJson(`${app.url}/auth${path}`, method, body, headers);

  const reset = async (token: string, password = NEW) =>
    await call('PUT', '/password', { reset_password_token: token, password, password_confirmation: password });

  async function linkFor(path: string, email: string): Promise<URL> {
    expect((await call('POST', path, { email })).status).toBe(200);
    return await mailbox.linkTo(app, email);
  }

  async function resetToken(email: string): Promise<string> {
    return (await linkFor('/password', email)).searchParams.get('reset_password_token') ?? '';
  }

  const validate = async (headers: Record<string, string>) =>
    (await send(`${app.url}/auth/validate_token`, { headers })).status;

  /** Sends it until the pool has noticed which of its connections are gone. */
  async function whenBack(request: () => Promise<Answer>): Promise<Answer> {
    let answer!: Answer;
    await eventually(async () => (answer = await request()).status !== 503);
    return answer;
  }

  async function serving(email: string, ...passwords: string[]): Promise<string[]> {
    const found: string[] = [];
    for (const password of passwords) {
      if ((await whenBack(() => signIn(app, { email, password }))).status === 200) found.push(password);
    }
    return found;
  }

  function expectUnavailable(answer: Answer): void {
    expect([answer.status, answer.body, told(answer)]).toEqual([503, UNAVAILABLE, 'nothing']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }

  it('answer 503 at every endpoint while it is down, and serve again when it is back', async () => {
    await start();
    const { email, answer } = await newAccount(app);
    const headers = credentialsOf(answer);
    const links = [
      await mailbox.linkTo(app, email),
      await linkFor('/unlock', email),
      await linkFor('/password', email),
    ] as const;
    const token = links[2].searchParams.get('reset_password_token') ?? '';
    const requests: [name: string, status: number, () => Promise<Answer>][] = [
      ['sign-up', 200, () => signUp(app, { email: freshEmail(), password: PASSWORD })],
      ['validation', 200, () => send(`${app.url}/auth/validate_token`, { headers })],
      ['update', 200, () => call('PUT', '', { email: freshEmail() }, headers)],
      ['confirmation', 302, () => follow(app, links[0])],
      ['confirmation mail', 200, () => call('POST', '/confirmation', { email })],
      ['unlock', 200, () => follow(app, links[1])],
      ['unlock mail', 200, () => call('POST', '/unlock', { email })],
      ['reset link', 302, () => follow(app, links[2])],
      ['password change', 200, () => call('PUT', '/password', passwords('third horse'), headers)],
      ['reset', 401, () => reset(token)],
      ['reset mail', 200, () => call('POST', '/password', { email })],
      ['deletion', 200, () => call('DELETE', '', {}, headers)],
      ['sign-in', 401, () => signIn(app, { email, password: PASSWORD })],
      ['sign-out', 404, () => call('DELETE', '/sign_out', {}, headers)],
    ];
    await proxy.refuse();
    for (const [name, , request] of requests) {
      const { status, ...rest } = await request();
      expect([name, status]).toEqual([name, 503]);
      expectUnavailable({ status, ...rest });
    }
    await proxy.pass();
    for (const [name, status, request] of requests) expect([name, (await request()).status]).toEqual([name, status]);
  });

  it('keep the old password, and the reset token, when the connection is lost amid a reset', async () => {
    await start();
    const { email, answer } = await newAccount(app);
    const token = await resetToken(email);
    proxy.withholdAnswerTo('DELETE FROM', 'cut');
    expectUnavailable(await reset(token));
    expect(await validate(credentialsOf(answer))).toBe(200);
    expect(await serving(email, PASSWORD, NEW)).toEqual([PASSWORD]);
    expect((await reset(token)).status).toBe(200);
    expect(await serving(email, PASSWORD, NEW)).toEqual([NEW]);
  });

  it('have the new password, and no use for the reset token, when only the confirmation of a reset is lost', async () => {
    await start();
    const { email, answer } = await newAccount(app);
    const token = await resetToken(email);
    proxy.withholdAnswerTo('COMMIT', 'cut');
    expectUnavailable(await reset(token));
    expect(await validate(credentialsOf(answer))).toBe(401);
    expect(await serving(email, PASSWORD, NEW)).toEqual([NEW]);
    expect((await reset(token, 'third horse')).status).toBe(401);
  });

  it.each([
    ['nothing of a password change', 'UPDATE', PASSWORD],
    ['all of a password change', 'COMMIT', NEW],
  ])('keep %s when the connection is lost at its %s, and the caller lives on', async (_, statement, password) => {
    await start();
    const { email, answer } = await newAccount(app);
    const headers = credentialsOf(answer);
    const other = credentialsOf(await signIn(app, { email, password: PASSWORD }));
    proxy.withholdAnswerTo(statement, 'cut');
    expectUnavailable(await call('PUT', '/password', passwords(NEW), headers));
    expect([await validate(headers), await validate(other)]).toEqual([200, password === NEW ? 401 : 200]);
    expect(await serving(email, PASSWORD, NEW)).toEqual([password]);
  });

  it('need one connection only, and wait while a handler of the application holds it', async () => {
    await start({ poolSize: 1 } as Partial<DataSourceOptions>);
    const { email, answer } = await newAccount(app);
    const headers = credentialsOf(answer);
    const token = await resetToken(email);
    latch = new Latch();
    const held = send(`${app.url}/held`);
    await latch.reached;
    const requests = [
      call('PUT', '/password', passwords(NEW), headers),
      ...Array.from({ length: 4 }, () => reset(token)),
      ...Array.from({ length: 4 }, () => signIn(app, { email, password: PASSWORD })),
      signUp(app, { email: freshEmail(), password: PASSWORD }),
    ];
    latch.release();
    expect((await held).status).toBe(200);
    const answers = await Promise.all(requests);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
    expect(await serving(email, PASSWORD, NEW)).toEqual([NEW]);
  });
});

function passwords(password: string) {
  return { password, password_confirmation: password };
}
