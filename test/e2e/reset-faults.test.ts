import { afterEach, beforeEach, expect, it } from 'vitest';
import { PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryServer, TestApp } from '../support/app.js';
import { eventually, told, type Answer } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { ask, refusal, setPassword, twice, UNKNOWN_TOKEN } from '../support/links.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const NEW_PASSWORD = 'a new password';

onEveryServer('a database that fails while a link is used', (platform) => {
  let mailbox: Mailbox;
  let database: TestDatabase;
  let proxy: TcpProxy;
  let app: TestApp;
  let email: string;
  beforeEach(async () => {
    mailbox = await Mailbox.open();
    database = await createDatabase(platform.database);
    proxy = await TcpProxy.start((database.options as { url: string }).url);
    app = await TestApp.start(platform, {
      database,
      dataSource: { url: proxy.url, synchronize: true } as object,
      auth: { ...mailbox.options, confirmable: true, allowUnconfirmedAccessFor: null, lockable: true },
    });
    email = 'ada@example.com';
    await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
    await mailbox.mailTo(app, email);
  });
  afterEach(async () => {
    await app.close();
    await proxy.close();
    await database.drop();
    await mailbox.close();
  });

  function expectUnavailable(answer: Answer): void {
    expect([answer.status, answer.body, told(answer), answer.headers.get('location')]).toEqual([
      503,
      refusal('The service is not available at the moment. Please try again later.'),
      'nothing',
      null,
    ]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }

  /** Lets the database be reached again. */
  async function recover(): Promise<void> {
    await proxy.pass();
    await eventually(async () => (await setPassword(app, { reset_password_token: UNKNOWN_TOKEN })).status === 401);
  }

  async function resetLink(): Promise<URL> {
    expect((await ask(app, 'password', { email, redirect_url: PAGE })).status).toBe(200);
    return await mailbox.linkTo(app, email);
  }

  it('answers 503, and the links work later', async () => {
    const confirmation = await mailbox.linkTo(app, email);
    const reset = await resetLink();
    await ask(app, 'unlock', { email });
    const unlock = await mailbox.linkTo(app, email);
    await proxy.refuse();
    for (const link of [confirmation, reset, unlock]) expectUnavailable(await follow(app, link));
    const token = reset.searchParams.get('reset_password_token');
    expectUnavailable(await setPassword(app, { ...twice(NEW_PASSWORD), reset_password_token: token }));
    for (const endpoint of ['password', 'confirmation', 'unlock'] as const)
      expectUnavailable(await ask(app, endpoint, { email, redirect_url: PAGE }));

    await recover();
    const statuses = [];
    for (const link of [confirmation, reset, unlock]) statuses.push((await follow(app, link)).status);
    expect(statuses).toEqual([302, 302, 200]);
    expect((await setPassword(app, { ...twice(NEW_PASSWORD), reset_password_token: token })).status).toBe(200);
  });

  it.each(['DELETE', 'UPDATE'])('spends nothing when it fails in the middle of a reset: %s', async (statement) => {
    const token = (await resetLink()).searchParams.get('reset_password_token');
    const body = { ...twice(NEW_PASSWORD), reset_password_token: token };
    proxy.withholdAnswerTo(statement, 'refuse');
    expectUnavailable(await setPassword(app, body));
    await recover();
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(401);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    const answer = await setPassword(app, body);
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('has set the password or not, never half of it, when nobody can know', async () => {
    const token = (await resetLink()).searchParams.get('reset_password_token');
    const body = { ...twice(NEW_PASSWORD), reset_password_token: token };
    proxy.withholdAnswerTo('COMMIT', 'refuse');
    expectUnavailable(await setPassword(app, body));
    await recover();
    const isSet = (await signIn(app, { email, password: NEW_PASSWORD })).status === 200;
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(isSet ? 401 : 200);
    expect((await setPassword(app, body)).status).toBe(isSet ? 401 : 200);
  });
});
