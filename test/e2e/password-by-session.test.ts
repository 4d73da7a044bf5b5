import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, told, type Answer } from '../support/client.js';
import { createDatabase } from '../support/databases.js';
import { expectPlain, refusal, setPassword, twice } from '../support/links.js';
import { Mailbox } from '../support/mailbox.js';

const NEW_PASSWORD = 'a new password';

onEveryAdapter('a new password by a client', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let email: string;
  let client: ProtocolClient;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, { auth: mailbox.options });
  });
  beforeEach(async () => {
    const account = await newAccount(app);
    ({ email } = account);
    client = new ProtocolClient(app, credentialsOf(account.answer));
    app.clock.advance('10s');
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const change = (body: object, method = 'PUT') =>
    client.go('/auth/password', {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });

  it.each(['PUT', 'PATCH'])('is set by %s, and keeps the client', async (method) => {
    const answer = await change(twice(NEW_PASSWORD), method);
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(answer.body).toEqual({
      success: true,
      data: {
        id: expect.any(Number),
        provider: 'email',
        uid: email,
        email,
        name: '',
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
      message: 'Your password has been successfully updated.',
    });
    app.clock.advance('10s');
    expect((await client.go('/auth/validate_token')).status).toBe(200);
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    expect((await mailbox.mailsTo(app, email)).map(({ subject }) => subject)).toEqual(['Password Changed']);
  });

  it('takes forms', async () => {
    const body = new URLSearchParams(twice(NEW_PASSWORD));
    expect((await send(`${app.url}/auth/password`, { method: 'PUT', body, headers: client.headers })).status).toBe(200);
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('is refused to who is not signed in', async () => {
    const unauthorized = refusal('Unauthorized');
    expectPlain(await setPassword(app, twice(NEW_PASSWORD)), 401, unauthorized);
    expectPlain(await setPassword(app, {}), 401, unauthorized);
    const token = `${client.token.slice(0, -4)}AAAA`;
    expectPlain(
      await setPassword(app, twice(NEW_PASSWORD), { ...client.headers, 'access-token': token }),
      401,
      unauthorized,
    );
    expectPlain(await send(`${app.url}/auth/password`, { method: 'PUT' }), 401, unauthorized);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it.each([{}, { password: NEW_PASSWORD }, { password_confirmation: NEW_PASSWORD }, twice(''), twice(' '), []])(
    'is refused without both fields, with the next token: %j',
    async (body) => {
      const answer = await change(body);
      expect([answer.status, told(answer), answer.body]).toEqual([
        422,
        'token',
        refusal("You must fill out the fields labeled 'Password' and 'Password confirmation'."),
      ]);
    },
  );

  it('is refused where it is invalid, with the next token', async () => {
    const answer = await change({ password: 'short', password_confirmation: 'other' });
    expect([answer.status, told(answer), answer.body]).toEqual([
      422,
      'token',
      {
        success: false,
        errors: {
          password: ['is too short (minimum is 8 characters)'],
          password_confirmation: ["doesn't match Password"],
          full_messages: [
            'Password is too short (minimum is 8 characters)',
            "Password confirmation doesn't match Password",
          ],
        },
      },
    ]);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('is refused to accounts of other providers, with the next token', async () => {
    const user = await app.user({ email: freshEmail(), uid: '4711', provider: 'google_oauth2' });
    client = await ProtocolClient.signedIn(app, user);
    for (const body of [{}, twice(NEW_PASSWORD)]) {
      app.clock.advance('10s');
      const answer = await change(body);
      expect([answer.status, told(answer), answer.body]).toEqual([
        422,
        'token',
        refusal("This account does not require a password. Sign in using your 'Google oauth2' account instead."),
      ]);
    }
  });

  it('does not need the old one, which is checked all the same when it is sent', async () => {
    const statuses: [number, unknown][] = [];
    for (const current_password of ['wrong', '', null, [PASSWORD], { a: 1 }, PASSWORD]) {
      const { status, body } = await change({ ...twice(NEW_PASSWORD), current_password });
      statuses.push([status, body.errors?.current_password]);
    }
    expect(statuses).toEqual([
      [422, ['is invalid']],
      [422, ["can't be blank"]],
      [422, ["can't be blank"]],
      [422, ['is invalid']],
      [422, ['is invalid']],
      [200, undefined],
    ]);
  });
});

describe.each(['attributes', 'password'] as const)('with checkCurrentPasswordBeforeUpdate: %s', (check) => {
  onEveryAdapter('a new password by a client', (platform) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await TestApp.start(platform, {
        auth: { checkCurrentPasswordBeforeUpdate: check, throttleAccountLimit: 3 },
      });
    });
    afterAll(() => app.close());

    const change = (answer: Answer, body: object) =>
      setPassword(app, { ...twice(NEW_PASSWORD), ...body }, credentialsOf(answer));

    it('needs the old one', async () => {
      const { answer, email } = await newAccount(app);
      const missing = await change(answer, {});
      expect([missing.status, told(missing), missing.body]).toEqual([
        422,
        'blank',
        {
          success: false,
          errors: { current_password: ["can't be blank"], full_messages: ["Current password can't be blank"] },
        },
      ]);
      const wrong = await change(answer, { current_password: 'wrong' });
      expect([wrong.status, wrong.body.errors.full_messages]).toEqual([422, ['Current password is invalid']]);
      expect((await change(answer, { current_password: PASSWORD })).status).toBe(200);
      expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
    });

    it('counts wrong ones as sign-ins', async () => {
      const { answer } = await newAccount(app);
      const statuses = [];
      for (let attempt = 0; attempt < 7; attempt++)
        statuses.push((await change(answer, { current_password: 'wrong' })).status);
      expect(statuses).toContain(429);
      const late = await change(answer, { current_password: PASSWORD });
      expect([late.status, Number(late.headers.get('retry-after')) > 0]).toEqual([429, true]);
    });
  });
});

onEveryDatabase('a new password by a client', (platform) => {
  it('ends every other client, on every process, at once', async () => {
    const database = await createDatabase(platform.database);
    const one = await TestApp.start(platform, { database, dataSource: { synchronize: true } });
    const two = await TestApp.start(platform, { database });
    try {
      const { email } = await newAccount(one);
      const on = async (app: TestApp) =>
        await ProtocolClient.signedIn(app, await app.dataSource.getRepository(User).findOneBy({ email }));
      const [caller, other, remote] = [await on(one), await on(one), await on(two)];
      expect((await remote.go('/auth/validate_token')).status).toBe(200);
      expect((await setPassword(one, twice(NEW_PASSWORD), caller.headers)).status).toBe(200);
      for (const app of [one, two]) {
        for (const { headers } of [other, remote])
          expect((await new ProtocolClient(app, headers).peek('/auth/validate_token')).status).toBe(401);
        expect((await new ProtocolClient(app, caller.headers).peek('/auth/validate_token')).status).toBe(200);
      }
    } finally {
      await Promise.all([one.close(), two.close()]);
      await database.drop();
    }
  });
});
