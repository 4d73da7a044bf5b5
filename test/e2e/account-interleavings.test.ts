import { oneTimeTokenEntityFor, PasswordHasher, PasswordQueueFullError, type PasswordVerdict } from 'nestjs-token-auth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { TestApp, User } from '../support/app.js';
import { send, sendJson, told, type Answer } from '../support/client.js';
import { Interloper } from '../support/interloper.js';
import { Latch } from '../support/latch.js';
import { follow, Mailbox, PAGE, redirectOf } from '../support/mailbox.js';
import { quickDigestOf } from '../support/slow-hasher.js';

const NEW = 'another horse';

/** What others do while a password is being looked at, or made into a digest. */
let meanwhile: () => Promise<unknown>;

class SlowHasher extends PasswordHasher {
  override async hash(password: string): Promise<string> {
    await once();
    return quickDigestOf(password);
  }

  override async verify(password: string, digest: string | null): Promise<PasswordVerdict> {
    await once();
    return { valid: digest === quickDigestOf(password), outdated: false };
  }
}

async function once(): Promise<void> {
  const act = meanwhile;
  meanwhile = () => Promise.resolve();
  await act();
}

/** Each at its worst moment, which a race would rarely find. */
describe('what others do to an account while a request is under way', () => {
  let mailbox: Mailbox;
  let app: TestApp;
  const interloper = new Interloper();
  beforeAll(async () => {
    mailbox = await Mailbox.open();
  });
  beforeEach(() => {
    meanwhile = () => Promise.resolve();
  });
  afterEach(() => app.close());
  afterAll(() => mailbox.close());

  async function start(auth: object = {}): Promise<void> {
    app = await TestApp.start(
      { adapter: 'express', database: 'sqlite' },
      { auth: { ...mailbox.options, passwordHasher: SlowHasher, ...auth }, dataSource: { logger: interloper } },
    );
    interloper.attach(app.dataSource);
  }

  const validate = async (headers: Record<string, string>) =>
    (await send(`${app.url}/auth/validate_token`, { headers })).status;

  const put = async (path: string, body: object, headers: Record<string, string> = {}) =>
    await sendJson(`${app.url}/auth${path}`, 'PUT', body, headers);

  const changePassword = async (password: string, headers: Record<string, string>) =>
    await put('/password', { password, password_confirmation: password }, headers);

  /** Asks for a reset link and takes its token from the mail. */
  async function resetToken(email: string): Promise<string> {
    await sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: PAGE });
    return (await mailbox.linkTo(app, email)).searchParams.get('reset_password_token') ?? '';
  }

  const reset = async (token: string, password: string) =>
    await put('/password', { reset_password_token: token, password, password_confirmation: password });

  async function clientOf(email: string, password = PASSWORD): Promise<Record<string, string>> {
    return credentialsOf(await signIn(app, { email, password }));
  }

  /** Which of these passwords sign in. */
  async function servingPasswords(email: string, ...passwords: string[]): Promise<string[]> {
    const answers: [string, Answer][] = [];
    for (const password of passwords) answers.push([password, await signIn(app, { email, password })]);
    return answers.filter(([, { status }]) => status === 200).map(([password]) => password);
  }

  describe('a client that has ended since it was let in', () => {
    it.each([
      ['its password', '/password', { password: NEW, password_confirmation: NEW }, 401],
      ['its password with the rest', '', { password: NEW }, 404],
      ['its address', '', { email: 'thief@example.com' }, 404],
    ])('does not change %s', async (_, path, body, status) => {
      await start();
      const { email, answer } = await newAccount(app);
      const owner = await clientOf(email);
      // The clean-up of the password change that ended it has not come to its row yet.
      const ends = `UPDATE user SET authEpoch = authEpoch + 1; UPDATE user_auth_token SET authEpoch = 1 WHERE client = '${owner['client']}'`;
      interloper.before(/^SELECT.*encryptedPassword/, ends);
      expect((await put(path, body, credentialsOf(answer))).status).toBe(status);
      expect(interloper.hasStruck).toBe(true);
      expect(await validate(owner)).toBe(200);
      expect(await servingPasswords(email, PASSWORD, NEW)).toEqual([PASSWORD]);
    });

    it('does not ask for another address', async () => {
      await start({ confirmable: true, allowUnconfirmedAccessFor: null, defaultConfirmSuccessUrl: PAGE });
      const { email, answer } = await newAccount(app);
      interloper.before(/^SELECT.*encryptedPassword/, 'UPDATE user SET authEpoch = authEpoch + 1');
      const { status } = await put('', { email: 'thief@example.com' }, credentialsOf(answer));
      expect([status, interloper.hasStruck]).toEqual([404, true]);
      expect(await mailbox.mailsTo(app, 'thief@example.com')).toEqual([]);
      expect((await mailbox.mailsTo(app, email)).map(({ subject }) => subject)).toHaveLength(1);
    });
  });

  it.each([
    ['/password', { password: NEW, password_confirmation: NEW }],
    ['', { password: NEW }],
  ])('one of two password changes by one client is carried out, and neither signs it out (%s)', async (path, body) => {
    await start();
    const { email, answer } = await newAccount(app);
    const headers = credentialsOf(answer);
    meanwhile = async () => expect((await changePassword('third horse', headers)).status).toBe(200);
    const late = await put(path, body, headers);
    expect(late.status).toBe(409);
    expect(told(late)).not.toBe('nothing');
    expect(await validate(headers)).toBe(200);
    expect(await servingPasswords(email, PASSWORD, NEW, 'third horse')).toEqual(['third horse']);
  });

  it('a sign-in with the old password does not push out the client that has changed it', async () => {
    await start({ maxNumberOfDevices: 1 });
    const { email, answer } = await newAccount(app);
    const headers = credentialsOf(answer);
    meanwhile = async () => expect((await changePassword(NEW, headers)).status).toBe(200);
    const late = await clientOf(email);
    expect([await validate(late), await validate(headers)]).toEqual([401, 200]);
  });

  it('sign-ins push out those that have ended before any that live', async () => {
    await start({ maxNumberOfDevices: 2 });
    const { email, answer } = await newAccount(app);
    const headers = credentialsOf(answer);
    meanwhile = async () => expect((await changePassword(NEW, headers)).status).toBe(200);
    await clientOf(email);
    const other = await clientOf(email, NEW);
    expect([await validate(headers), await validate(other)]).toEqual([200, 200]);
    expect(await app.rows()).toHaveLength(2);
  });

  it.each(['sign-in', 'reset'])(
    'an account that is deleted during a %s is refused, which is no fault',
    async (kind) => {
      await start();
      const { email } = await newAccount(app);
      const token = await resetToken(email);
      interloper.before(/^INSERT INTO "user_auth_token"/, 'DELETE FROM user');
      const answer = kind === 'reset' ? await reset(token, NEW) : await signIn(app, { email, password: PASSWORD });
      expect([answer.status, told(answer), interloper.hasStruck]).toEqual([401, 'nothing', true]);
    },
  );

  it('no mail is tried again for an account that has been deleted', async () => {
    await start();
    const { email } = await newAccount(app);
    interloper.before(/^INSERT INTO "user_one_time_token"/, 'DELETE FROM user');
    await sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: PAGE });
    expect(await mailbox.mailsTo(app, email)).toEqual([]);
  });

  describe('a reset', () => {
    it('takes every other reset link of the account out of service', async () => {
      await start();
      const { email } = await newAccount(app);
      const links = app.dataSource.getRepository(oneTimeTokenEntityFor(User));
      const first = await resetToken(email);
      const row = await links.findOneOrFail({ where: {}, relations: { user: true } });
      const second = await resetToken(email);
      // As two requests at the same time leave them.
      await links.insert(row);
      expect(await links.count()).toBe(2);
      expect((await reset(first, NEW)).status).toBe(200);
      expect((await reset(second, 'third horse')).status).toBe(401);
    });

    it('and a password change begin with the same row, so that neither waits for the other', async () => {
      await start();
      const { email } = await newAccount(app);
      const token = await resetToken(email);
      const first = async (request: () => Promise<Answer>) => {
        interloper.statements.length = 0;
        expect((await request()).status).toBe(200);
        return interloper.statements.find((statement) => !statement.startsWith('SELECT'))?.slice(0, 13);
      };
      expect(await first(() => reset(token, NEW))).toBe('UPDATE "user"');
      const headers = await clientOf(email, NEW);
      expect(await first(() => changePassword('third horse', headers))).toBe('UPDATE "user"');
    });

    it('opens no client for who is ended by another change right after it', async () => {
      await start();
      const { email } = await newAccount(app);
      const token = await resetToken(email);
      // After the reset has been written, before its client is made.
      interloper.before(/^DELETE FROM "user_auth_token"/, 'UPDATE user SET authEpoch = authEpoch + 1');
      const answer = await reset(token, NEW);
      expect([answer.status, interloper.hasStruck]).toEqual([200, true]);
      expect(await validate(credentialsOf(answer))).toBe(401);
    });

    it('is carried out when all clients of the account are ended meanwhile', async () => {
      await start();
      const { email } = await newAccount(app);
      const token = await resetToken(email);
      let loads = -1;
      const afterLoad = async () => {
        if (loads++ === 0) await app.dataSource.query('UPDATE user SET authEpoch = authEpoch + 1');
      };
      app.dataSource.subscribers.push({ listenTo: () => User, afterLoad });
      // The next time that the account is loaded is the last one before it is written.
      meanwhile = async () => void (loads = 0);
      const answer = await reset(token, NEW);
      expect([answer.status, loads > 0]).toEqual([200, true]);
      expect(await validate(credentialsOf(answer))).toBe(200);
      expect(await servingPasswords(email, PASSWORD, NEW)).toEqual([NEW]);
      const { authEpoch } = await app.dataSource
        .getRepository(User)
        .findOneOrFail({ where: { email }, select: { authEpoch: true } });
      expect(authEpoch).toBe(2);
    });

    it('ends the client of who follows its link at the same time', async () => {
      await start({ requireClientPasswordResetToken: false });
      const { email } = await newAccount(app);
      await resetToken(email);
      const link = await mailbox.linkTo(app, email);
      const used = 'UPDATE user SET authEpoch = authEpoch + 1; DELETE FROM user_one_time_token';
      // The first statement after the token has been found.
      interloper.before(/^SELECT "user"."authEpoch"|^INSERT INTO "user_auth_token"/, used);
      const answer = await follow(app, link);
      expect(interloper.hasStruck).toBe(true);
      const { parameters } = redirectOf(answer);
      const { 'access-token': token = '', client = '', uid = '' } = parameters;
      expect(await validate({ 'access-token': token, client, uid })).toBe(401);
    });
  });

  it('a right password does not count beside as many under way as lock the account', async () => {
    await start({ lockable: true, maximumAttempts: 3, throttleSignIn: false });
    const { email } = await newAccount(app);
    const latch = new Latch();
    const wrong: Promise<Answer>[] = [];
    for (let count = 1; count <= 3; count++) {
      const reached = new Promise<void>((resolve) => {
        meanwhile = async () => {
          resolve();
          await latch.wait();
        };
      });
      wrong.push(signIn(app, { email, password: 'wrong' }));
      await reached;
    }
    // None of them has been found wrong yet.
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    latch.release();
    for (const answer of wrong) expect((await answer).status).toBe(401);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    expect((await mailbox.mailsTo(app, email)).map(({ subject }) => subject)).toEqual(['Unlock instructions']);
  });

  it('a right password does not count that is being looked at while the account is locked', async () => {
    await start({ lockable: true, maximumAttempts: 3, throttleSignIn: false });
    const { email } = await newAccount(app);
    const statuses: number[] = [];
    meanwhile = async () => {
      for (const _ of [1, 2]) statuses.push((await signIn(app, { email, password: 'wrong' })).status);
    };
    statuses.push((await signIn(app, { email, password: PASSWORD })).status);
    statuses.push((await signIn(app, { email, password: PASSWORD })).status);
    expect(statuses).toEqual([401, 401, 401, 401]);
  });

  it('an unlock link does not undo a lock that has come after it was followed', async () => {
    await start({ lockable: true, maximumAttempts: 1 });
    const { email } = await newAccount(app);
    await signIn(app, { email, password: 'wrong' });
    const link = await mailbox.linkTo(app, email);
    interloper.before(/^UPDATE "user"/, 'UPDATE user SET lockedAt = 9000000000000');
    expect((await follow(app, link)).status).toBe(200);
    expect([interloper.hasStruck, (await signIn(app, { email, password: PASSWORD })).status]).toEqual([true, 401]);
  });

  it('a password that cannot be looked at, because too many wait, does not count', async () => {
    await start({ lockable: true, maximumAttempts: 2, throttleAccountLimit: 2 });
    const { email } = await newAccount(app);
    for (let count = 0; count < 4; count++) {
      meanwhile = () => Promise.reject(new PasswordQueueFullError());
      expect((await signIn(app, { email, password: 'wrong' })).status).toBe(503);
    }
    expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it.each(['a new account', 'a new address'])('who confirms %s at once with others is told so too', async (what) => {
    await start({ confirmable: true, allowUnconfirmedAccessFor: null, defaultConfirmSuccessUrl: PAGE });
    const { email, answer } = await newAccount(app);
    const address = what === 'a new address' ? freshEmail() : email;
    await put('', { email: address }, credentialsOf(answer));
    const link = await mailbox.linkTo(app, address);
    interloper.before(
      /^UPDATE "user"/,
      `UPDATE user SET email = '${address}', uid = '${address}', unconfirmedEmail = NULL, confirmedAt = 1`,
    );
    const visit = await follow(app, link);
    expect(redirectOf(visit)).toEqual({ to: PAGE, parameters: { account_confirmation_success: 'true' } });
    expect(interloper.hasStruck).toBe(true);
    expect((await app.dataSource.getRepository(User).findOneByOrFail({})).email).toBe(address);
  });
});
