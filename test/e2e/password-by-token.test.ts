import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, told } from '../support/client.js';
import { createDatabase } from '../support/databases.js';
import { expectPlain, refusal, resetToken, setPassword, twice, UNKNOWN_TOKEN } from '../support/links.js';
import { Mailbox } from '../support/mailbox.js';

const NEW_PASSWORD = 'a new password';
const UNAUTHORIZED = refusal('Unauthorized');
const MISSING = refusal("You must fill out the fields labeled 'Password' and 'Password confirmation'.");

onEveryAdapter('a new password by a reset token', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let email: string;
  let token: string;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, { auth: mailbox.options });
  });
  beforeEach(async () => {
    ({ email } = await newAccount(app));
    token = await resetToken(app, mailbox, email);
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const reset = (body: object = {}, headers: Record<string, string> = {}) =>
    setPassword(app, { ...twice(NEW_PASSWORD), reset_password_token: token, ...body }, headers);

  it.each(['PUT', 'PATCH'])('is set by %s, and signs its owner in', async (method) => {
    const answer = await setPassword(app, { ...twice(NEW_PASSWORD), reset_password_token: token }, {}, method);
    expect([answer.status, told(answer), answer.headers.get('cache-control')]).toEqual([200, 'token', 'no-store']);
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
    const client = new ProtocolClient(app, credentialsOf(answer));
    expect((await client.go('/auth/validate_token')).status).toBe(200);
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
  });

  it('takes forms', async () => {
    const body = new URLSearchParams({ ...twice(NEW_PASSWORD), reset_password_token: token });
    const answer = await send(`${app.url}/auth/password`, { method: 'PUT', body });
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
  });

  it('is set by PUT /auth too, where some clients send it', async () => {
    const body = JSON.stringify({ ...twice(NEW_PASSWORD), reset_password_token: token });
    const headers = { 'content-type': 'application/json' };
    const answer = await send(`${app.url}/auth`, { method: 'PUT', body, headers });
    expect([answer.status, told(answer), answer.body.data.email]).toEqual([200, 'token', email]);
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('ends all clients that the account had', async () => {
    const user = await app.dataSource.getRepository(User).findOneBy({ email });
    const clients = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    const other = await ProtocolClient.signedIn(app);
    expect((await reset()).status).toBe(200);
    for (const client of clients)
      expectPlain(await client.peek('/auth/validate_token'), 401, refusal('Invalid login credentials'));
    expect((await other.go('/auth/validate_token')).status).toBe(200);
  });

  it('leaves a session that is shown with it alone, and tells nothing of it', async () => {
    const stranger = await ProtocolClient.signedIn(app);
    const before = await app.rowOf(stranger);
    const answer = await reset({}, stranger.headers);
    expect([answer.status, answer.auth.uid, answer.body.data.email]).toEqual([200, email, email]);
    expect(answer.auth.client).not.toBe(stranger.headers['client']);
    expect(await app.rowOf(stranger)).toEqual(before);
    expect((await stranger.go('/auth/validate_token')).status).toBe(200);

    expectPlain(
      await setPassword(app, { ...twice(NEW_PASSWORD), reset_password_token: token }, stranger.headers),
      401,
      UNAUTHORIZED,
    );
    app.clock.advance('10s');
    expect((await stranger.go('/auth/validate_token')).status).toBe(200);
  });

  it('is told by mail', async () => {
    expect((await reset()).status).toBe(200);
    const { subject, text } = await mailbox.mailTo(app, email);
    expect(subject).toBe('Password Changed');
    expect(text).not.toMatch(/https?:/);
  });

  it('works once', async () => {
    expect((await reset()).status).toBe(200);
    expectPlain(await reset({ ...twice('yet another one') }), 401, UNAUTHORIZED);
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('works until the link expires', async () => {
    app.clock.advance('6h');
    expectPlain(await reset(), 401, UNAUTHORIZED);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('works with the newest token only', async () => {
    const newer = await resetToken(app, mailbox, email);
    expectPlain(await reset(), 401, UNAUTHORIZED);
    expect((await reset({ reset_password_token: newer })).status).toBe(200);
  });

  it('works no more once the password has been changed by a client', async () => {
    const { headers } = await ProtocolClient.signedIn(
      app,
      await app.dataSource.getRepository(User).findOneBy({ email }),
    );
    expect((await setPassword(app, twice('changed meanwhile'), headers)).status).toBe(200);
    expectPlain(await reset(), 401, UNAUTHORIZED);
  });

  it('works no more once the address has changed, however that was', async () => {
    const users = app.dataSource.getRepository(User);
    const client = await ProtocolClient.signedIn(app, await users.findOneBy({ email }));
    const body = JSON.stringify({ email: freshEmail() });
    const headers = { 'content-type': 'application/json' };
    expect((await client.go('/auth', { method: 'PUT', body, headers })).status).toBe(200);
    expectPlain(await reset(), 401, UNAUTHORIZED);

    const other = (await newAccount(app)).email;
    token = await resetToken(app, mailbox, other);
    await users.update({ email: other }, { email: freshEmail() });
    expectPlain(await reset(), 401, UNAUTHORIZED);
  });

  it.each([
    ['unknown', UNKNOWN_TOKEN],
    ['cut off', 'short'],
    ['NUL', '\0'],
    ['43 characters with a NUL', `${'A'.repeat(42)}\0`],
    ['a list', [UNKNOWN_TOKEN]],
    ['an object', { $ne: null }],
    ['a number', 1],
    ['true', true],
    ['long', 'A'.repeat(50_000)],
  ])('is refused with a token that is none: %s', async (_, value) => {
    expectPlain(await reset({ reset_password_token: value }), 401, UNAUTHORIZED);
  });

  it.each([undefined, null, '', '  '])(
    'is refused where nobody is signed in and the token is blank: %j',
    async (value) => {
      expectPlain(await reset({ reset_password_token: value }), 401, UNAUTHORIZED);
    },
  );

  it('is refused with the right token in a list, or with another character', async () => {
    const other = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const value of [[token], { 0: token }, ` ${token}`, `${token} `, other])
      expectPlain(await reset({ reset_password_token: value }), 401, UNAUTHORIZED);
  });

  it.each([
    ['no password', { password: undefined }, MISSING],
    ['no confirmation', { password_confirmation: undefined }, MISSING],
    ['a blank password', twice('   '), MISSING],
    ['neither', { password: null, password_confirmation: null }, MISSING],
    [
      'another confirmation',
      { password_confirmation: 'something else' },
      {
        success: false,
        errors: {
          password_confirmation: ["doesn't match Password"],
          full_messages: ["Password confirmation doesn't match Password"],
        },
      },
    ],
    [
      'a short password',
      twice('short'),
      {
        success: false,
        errors: {
          password: ['is too short (minimum is 8 characters)'],
          full_messages: ['Password is too short (minimum is 8 characters)'],
        },
      },
    ],
    [
      'a long password',
      twice('é'.repeat(37)),
      {
        success: false,
        errors: {
          password: ['is too long (maximum is 72 bytes)'],
          full_messages: ['Password is too long (maximum is 72 bytes)'],
        },
      },
    ],
    [
      'a NUL',
      twice('with a \0 in it'),
      { success: false, errors: { password: ['is invalid'], full_messages: ['Password is invalid'] } },
    ],
  ])('is refused, and spends nothing, with %s', async (_, body, expected) => {
    expectPlain(await reset(body), 422, expected);
    expect((await reset()).status).toBe(200);
  });

  it.each([[['a password']], [{ a: 1 }], [12345678], [true]])(
    'is refused, and spends nothing, with %j',
    async (value) => {
      const answer = await reset({ password: value, password_confirmation: value });
      expect([answer.status, told(answer), answer.body.errors.password]).toEqual([422, 'nothing', ['is invalid']]);
      expect((await reset()).status).toBe(200);
    },
  );

  it('is refused for an account that another provider has taken over', async () => {
    await app.dataSource.getRepository(User).update({ email }, { provider: 'github' });
    expectPlain(
      await reset(),
      422,
      refusal("This account does not require a password. Sign in using your 'Github' account instead."),
    );
  });

  it('is refused to an account that is gone', async () => {
    await app.dataSource.getRepository(User).delete({ email });
    expectPlain(await reset(), 401, UNAUTHORIZED);
  });
});

onEveryDatabase('a new password by a reset token', (platform) => {
  it('counts at once on every process, confirms, unlocks, and lets sign-ins start anew', async () => {
    const mailbox = await Mailbox.open();
    const database = await createDatabase(platform.database);
    const auth = {
      ...mailbox.options,
      confirmable: true,
      allowUnconfirmedAccessFor: null,
      defaultConfirmSuccessUrl: 'https://app.example.com/',
      lockable: true,
      maximumAttempts: 3,
      throttleAccountLimit: 4,
    };
    const one = await TestApp.start(platform, { database, auth, dataSource: { synchronize: true } });
    const two = await TestApp.start(platform, { database, auth });
    try {
      const { email } = await newAccount(one);
      const users = one.dataSource.getRepository(User).createQueryBuilder('user');
      const state = () =>
        users
          .select(['user.id', 'user.confirmedAt', 'user.lockedAt', 'user.failedAttempts'])
          .where({ email })
          .getOneOrFail();
      const phone = await ProtocolClient.signedIn(two, await two.dataSource.getRepository(User).findOneBy({ email }));
      expect((await phone.go('/auth/validate_token')).status).toBe(200);
      // Those of everybody and those of the phone's own network.
      for (let attempt = 0; attempt < 8; attempt++) await signIn(one, { email, password: 'wrong' });
      expect((await signIn(two, { email, password: PASSWORD })).status).toBe(429);
      expect(await state()).toMatchObject({ confirmedAt: null, lockedAt: expect.any(Date) });

      const token = await resetToken(one, mailbox, email);
      const answer = await setPassword(two, { ...twice(NEW_PASSWORD), reset_password_token: token });
      expect([answer.status, told(answer)]).toEqual([200, 'token']);
      expect(await state()).toMatchObject({
        confirmedAt: new Date(two.clock.now()),
        lockedAt: null,
        failedAttempts: 0,
      });
      for (const app of [one, two]) {
        expect((await new ProtocolClient(app, phone.headers).peek('/auth/validate_token')).status).toBe(401);
        expect((await new ProtocolClient(app, credentialsOf(answer)).peek('/auth/validate_token')).status).toBe(200);
        expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
      }
    } finally {
      await Promise.all([one.close(), two.close()]);
      await database.drop();
      await mailbox.close();
    }
  });
});
