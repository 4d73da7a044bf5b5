import { Outbox, throttleEntityFor } from 'nestjs-token-auth';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { TestApp, User } from '../support/app.js';
import { send, sendJson, type Answer } from '../support/client.js';
import { Latch } from '../support/latch.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';

/** Longer than any of these requests takes, in ms; a write that does not wait for the transaction is done by then. */
const A_WHILE = 100;
const NEW = 'another horse';

/** All work of a SQLite data source runs on one connection: what gets into another's transaction vanishes with it. */
describe('on SQLite, while a transaction of the application is open that is rolled back', () => {
  let mailbox: Mailbox;
  let app: TestApp;
  let email: string;
  let headers: Record<string, string>;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
  });
  beforeEach(async () => {
    const defaults = { defaultConfirmSuccessUrl: PAGE, defaultPasswordResetUrl: PAGE };
    const confirmation = { confirmable: true, allowUnconfirmedAccessFor: null };
    app = await TestApp.start(
      { adapter: 'express', database: 'sqlite' },
      { auth: { ...mailbox.options, ...defaults, ...confirmation, lockable: true, maximumAttempts: 2 } },
    );
    // The first password starts the worker, which takes longer than the transaction.
    const account = await newAccount(app);
    email = account.email;
    headers = credentialsOf(account.answer);
    await app.nest.get(Outbox).settled();
  });
  afterEach(() => app.close());
  afterAll(() => mailbox.close());

  async function amid<T>(work: () => Promise<T>): Promise<T> {
    const latch = new Latch();
    const transaction = app.dataSource.transaction(async (manager) => {
      await manager.getRepository(User).save({ email: 'x', uid: 'rolled back', provider: 'email' });
      await latch.wait();
      throw new Error('rolled back');
    });
    await latch.reached;
    const done = work();
    await sleep(A_WHILE);
    latch.release();
    await expect(transaction).rejects.toThrow('rolled back');
    const result = await done;
    await app.nest.get(Outbox).settled();
    expect(await app.dataSource.getRepository(User).countBy({ uid: 'rolled back' })).toBe(0);
    return result;
  }

  const call = async (method: string, path: string, body: object, as = headers): Promise<Answer> =>
    await sendJson(`${app.url}/auth${path}`, method, body, as);

  const reset = async (token: string, password = NEW) =>
    await call('PUT', '/password', { reset_password_token: token, password, password_confirmation: password }, {});

  async function account(): Promise<User> {
    const users = app.dataSource.getRepository(User).createQueryBuilder('user');
    return await users.addSelect(['user.failedAttempts', 'user.lockedAt', 'user.confirmedAt']).getOneOrFail();
  }

  const secretIn = (link: URL, name: string) => link.searchParams.get(name) ?? '';

  it('the token of a new confirmation link stays', async () => {
    const address = freshEmail();
    expect((await amid(() => signUp(app, { email: address, password: PASSWORD }))).status).toBe(200);
    expect((await follow(app, await mailbox.linkTo(app, address))).headers.get('location')).toContain('success=true');
  });

  it.each([
    ['/password', 'reset_password_token'],
    ['/confirmation', 'confirmation_token'],
    ['/unlock', 'unlock_token'],
  ])('the token of a mail that was asked for stays: %s', async (path, name) => {
    const answer = await amid(() => call('POST', path, { email }));
    expect(answer.status).toBe(200);
    const link = await mailbox.linkTo(app, email);
    expect(secretIn(link, name)).toHaveLength(43);
    expect((await follow(app, link)).status).toBe(path === '/unlock' ? 200 : 302);
  });

  it('a wrong password stays counted, and the lock stays', async () => {
    for (let count = 1; count <= 2; count++) {
      expect((await amid(() => signIn(app, { email, password: 'wrong' }))).status).toBe(401);
      expect((await account()).failedAttempts).toBe(count);
      const [counter] = await app.dataSource.getRepository(throttleEntityFor(User)).find({ order: { count: 'DESC' } });
      expect(counter?.count).toBe(count);
    }
    expect((await account()).lockedAt).not.toBeNull();
    expect((await mailbox.mailTo(app, email)).subject).toBe('Unlock instructions');

    const link = await mailbox.linkTo(app, email);
    expect((await amid(() => follow(app, link))).status).toBe(200);
    expect(await account()).toMatchObject({ lockedAt: null, failedAttempts: 0 });
  });

  it('the counters that a right password clears stay clear', async () => {
    await signIn(app, { email, password: 'wrong' });
    expect((await amid(() => signIn(app, { email, password: PASSWORD }))).status).toBe(200);
    expect((await account()).failedAttempts).toBe(0);
  });

  it('a confirmation stays', async () => {
    const link = await mailbox.linkTo(app, email);
    expect((await amid(() => follow(app, link))).status).toBe(302);
    expect((await account()).confirmedAt).not.toBeNull();
  });

  it('a password change stays, and the end of all others with it', async () => {
    const other = credentialsOf(await signIn(app, { email, password: PASSWORD }));
    const passwords = { password: NEW, password_confirmation: NEW };
    expect((await amid(() => call('PUT', '/password', passwords))).status).toBe(200);
    expect((await signIn(app, { email, password: NEW })).status).toBe(200);
    const statuses = [headers, other].map(
      async (each) => (await send(`${app.url}/auth/validate_token`, { headers: each })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 401]);
  });

  it('a reset stays, and its token is used up', async () => {
    await call('POST', '/password', { email });
    const token = secretIn(await mailbox.linkTo(app, email), 'reset_password_token');
    expect((await amid(() => reset(token))).status).toBe(200);
    expect((await signIn(app, { email, password: NEW })).status).toBe(200);
    expect((await reset(token, 'third horse')).status).toBe(401);
  });

  it('another address stays asked for', async () => {
    const address = freshEmail();
    expect((await amid(() => call('PUT', '', { email: address }))).status).toBe(200);
    expect((await follow(app, await mailbox.linkTo(app, address))).status).toBe(302);
    expect((await account()).email).toBe(address);
  });

  it('a deletion stays', async () => {
    expect((await amid(() => call('DELETE', '', {}))).status).toBe(200);
    expect(await app.dataSource.getRepository(User).count()).toBe(0);
  });
});
