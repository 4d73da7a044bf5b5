import { TokenAuthHooks, Veto, type SignInAttempt } from 'nestjs-token-auth';
import { createTokenAuthClient, TokenAuthError, type TokenAuthClient } from 'nestjs-token-auth/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { signedIn } from '../support/client-app.js';
import { follow, Mailbox, PAGE, redirectOf } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';

const NEW_PASSWORD = 'another horse';

class CodeHooks extends TokenAuthHooks {
  override beforeSignIn({ request }: SignInAttempt): void {
    const { otp } = request.body as { otp?: unknown };
    if (otp !== '123456') throw new Veto('Please enter your code.', { code: 'second_factor_required' });
  }
}

/** What a call throws. */
async function thrownBy(call: Promise<unknown>): Promise<any> {
  return await call.then(
    () => {
      throw new Error('Nothing was thrown.');
    },
    (error: unknown) => error,
  );
}

onEveryAdapter('the accounts of a client', (platform) => {
  let app: TestApp;
  let mailbox: Mailbox;
  let plain: TestApp;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, {
      auth: { ...mailbox.options, confirmable: true, lockable: true, maximumAttempts: 2 },
      controllers: [MembersController],
    });
    plain = await TestApp.start(platform, { auth: mailbox.options, controllers: [MembersController] });
  });
  afterAll(async () => {
    await app.close();
    await plain.close();
    await mailbox.close();
  });

  const clientOf = ({ url }: TestApp): TokenAuthClient<any> => createTokenAuthClient<any>({ baseUrl: url });

  it('are made, and signed in to at once', async () => {
    const client = clientOf(plain);
    const email = freshEmail();
    const user = await client.signUp({ email, password: PASSWORD });
    expect(user).toMatchObject({ email, uid: email });
    expect([client.isSignedIn, client.user]).toEqual([true, user]);
    expect((await client.fetch('/members')).status).toBe(200);
  });

  it('are confirmed before anybody is signed in', async () => {
    const client = clientOf(app);
    const email = freshEmail();
    expect(await client.signUp({ email, password: PASSWORD, confirm_success_url: PAGE })).toMatchObject({ email });
    expect(client.isSignedIn).toBe(false);
    expect(await thrownBy(client.signIn({ email, password: PASSWORD }))).toMatchObject({ code: 'bad_credentials' });
    await client.resendConfirmation({ email, redirectUrl: PAGE });
    const answer = await follow(app, await mailbox.linkTo(app, email));
    expect(redirectOf(answer).parameters).toMatchObject({ account_confirmation_success: 'true' });
    expect(await client.signIn({ email, password: PASSWORD })).toMatchObject({ email });
    expect(client.isSignedIn).toBe(true);
  });

  it('are unlocked by a mail', async () => {
    const email = freshEmail();
    await clientOf(app).signUp({ email, password: PASSWORD, confirm_success_url: PAGE });
    await follow(app, await mailbox.linkTo(app, email));
    const client = clientOf(app);
    for (let attempt = 0; attempt < 3; attempt++) await thrownBy(client.signIn({ email, password: 'wrong' }));
    await client.requestUnlock({ email });
    expect((await mailbox.linkTo(app, email)).pathname).toBe('/auth/unlock');
  });

  it('say what is wrong with the values', async () => {
    const error = await thrownBy(clientOf(plain).signUp({ email: 'nobody', password: 'short' }));
    expect(error).toBeInstanceOf(TokenAuthError);
    expect(error).toMatchObject({
      status: 422,
      code: 'invalid_record',
      message: 'Email is not an email',
      errorCodes: { email: ['not_email'], password: ['too_short'] },
      fieldErrors: { email: ['is not an email'] },
    });
    expect(error.fieldErrors).not.toHaveProperty('full_messages');
    expect(error.errors).toHaveLength(2);
  });

  it('refuse a wrong password', async () => {
    const { email } = await newAccount(plain);
    const client = clientOf(plain);
    const error = await thrownBy(client.signIn({ email, password: 'wrong horse' }));
    expect(error).toMatchObject({ status: 401, code: 'bad_credentials', fieldErrors: {} });
    expect(error.errors).toEqual([error.message]);
    expect(client.isSignedIn).toBe(false);
  });

  it('are signed out of', async () => {
    const { client, wire } = await signedIn(plain);
    await client.signOut();
    expect([client.isSignedIn, client.user]).toEqual([false, null]);
    expect(wire.sent.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['DELETE', '/auth/sign_out', 200],
    ]);
    expect(await client.validate()).toBe(null);
    await client.signOut();
    expect(wire.sent).toHaveLength(1);
  });

  it('are signed out of here, where nobody can be reached, and it is said', async () => {
    const { client, wire } = await signedIn(plain);
    wire.fate = async () => {
      throw new TypeError('fetch failed');
    };
    expect(await thrownBy(client.signOut())).toMatchObject({ name: 'UnreachableError' });
    expect(client.isSignedIn).toBe(false);
  });

  it('are signed out of, where the server has ended the client already', async () => {
    const { client } = await signedIn(plain);
    const [own] = (await client.clients()).filter(({ current }) => current);
    const other = await signedInAgain(client.user.email, plain);
    await other.revoke(own?.id ?? '');
    await client.signOut();
    expect(client.isSignedIn).toBe(false);
  });

  it('are validated', async () => {
    const { client, email } = await signedIn(plain);
    expect(await client.validate()).toMatchObject({ email });
    expect(await clientOf(plain).validate()).toBe(null);
  });

  it('are changed', async () => {
    const { client } = await signedIn(plain);
    const kinds: string[] = [];
    const end = client.onChange(({ kind }) => kinds.push(kind));
    const email = freshEmail();
    expect(await client.updateAccount({ email })).toMatchObject({ email });
    expect(client.user).toMatchObject({ email });
    expect(kinds).toContain('user');
    end();
    const heard = kinds.length;
    plain.clock.advance('10s');
    expect((await client.fetch('/members')).status).toBe(200);
    expect(kinds).toHaveLength(heard);
    expect(await thrownBy(client.updateAccount({ email: 'nobody' }))).toMatchObject({ code: 'invalid_record' });
    expect(client.isSignedIn).toBe(true);
  });

  it('are deleted', async () => {
    const { client } = await signedIn(plain);
    const changes: unknown[] = [];
    client.onChange(({ kind, reason }) => changes.push([kind, reason]));
    await client.deleteAccount();
    expect(changes.at(-1)).toEqual(['signed_out', 'account_deleted']);
    expect(client.isSignedIn).toBe(false);
  });

  it('are not changed by who has been signed out elsewhere, and who learns it so', async () => {
    const { client, email } = await signedIn(plain);
    const other = await signedInAgain(email, plain);
    // The sign-up has signed a client in too.
    expect(await other.revokeOthers()).toBe(2);
    expect(await thrownBy(client.updateAccount({ email: freshEmail() }))).toMatchObject({ status: 404 });
    expect(client.isSignedIn).toBe(false);
  });

  it('get a new password by a mail', async () => {
    const { client: lost, email } = await signedIn(plain);
    const client = clientOf(plain);
    await client.requestPasswordReset({ email, redirectUrl: PAGE });
    const { parameters } = redirectOf(await follow(plain, await mailbox.linkTo(plain, email)));
    const resetPasswordToken = parameters['reset_password_token'] ?? '';
    const wrong = { password: NEW_PASSWORD, passwordConfirmation: 'x', resetPasswordToken };
    expect(await thrownBy(client.resetPassword(wrong))).toMatchObject({ status: 422 });
    const user = await client.resetPassword({ password: NEW_PASSWORD, resetPasswordToken });
    expect([client.isSignedIn, client.user]).toEqual([true, user]);
    expect((await client.fetch('/members')).status).toBe(200);
    // Signed out everywhere else.
    expect((await lost.fetch('/members')).status).toBe(401);
    expect(lost.isSignedIn).toBe(false);
  });

  it('get a new password from who is signed in, and keep the client', async () => {
    const { client, email } = await signedIn(plain);
    const other = await signedInAgain(email, plain);
    await client.updateAccount({ password: NEW_PASSWORD, current_password: PASSWORD });
    plain.clock.advance('10s');
    expect((await client.fetch('/members')).status).toBe(200);
    expect(await other.validate()).toBe(null);
    expect(await client.resetPassword({ password: PASSWORD })).toMatchObject({ email });
    plain.clock.advance('10s');
    expect((await client.fetch('/members')).status).toBe(200);
  });

  it('get a new password where the server asks for more', async () => {
    const strict = await TestApp.start(platform, {
      auth: { ...mailbox.options, hooks: CodeHooks, checkCurrentPasswordBeforeUpdate: 'password' },
    });
    try {
      const client = clientOf(strict);
      const email = freshEmail();
      await client.signUp({ email, password: PASSWORD, otp: '123456' });
      const reset = { password: NEW_PASSWORD };
      expect(await thrownBy(client.resetPassword(reset))).toMatchObject({ status: 422 });
      expect(await client.resetPassword({ ...reset, current_password: PASSWORD })).toMatchObject({ email });

      await client.requestPasswordReset({ email, redirectUrl: PAGE });
      const { parameters } = redirectOf(await follow(strict, await mailbox.linkTo(strict, email)));
      const byMail = { password: PASSWORD, resetPasswordToken: parameters['reset_password_token'] ?? '' };
      expect(await thrownBy(client.resetPassword(byMail))).toMatchObject({ code: 'second_factor_required' });
      expect(await client.resetPassword({ ...byMail, otp: '123456' })).toMatchObject({ email });
      expect(client.isSignedIn).toBe(true);
    } finally {
      await strict.close();
    }
  });

  it('show their clients, and end them', async () => {
    const { client, email } = await signedIn(plain);
    const other = await signedInAgain(email, plain);
    const clients = await client.clients();
    expect(clients).toHaveLength(3);
    expect(clients.filter(({ current }) => current)).toHaveLength(1);
    await other.revoke(clients.find(({ current }) => current)?.id ?? '');
    expect(await client.validate()).toBe(null);
    expect(await thrownBy(other.revoke('nobody'))).toMatchObject({ status: 404, code: 'client_not_found' });
    expect(other.isSignedIn).toBe(true);
    const [own] = (await other.clients()).filter(({ current }) => current);
    await other.revoke(own?.id ?? '');
    expect(other.isSignedIn).toBe(false);
  });

  it('are not available where the server says so', async () => {
    const { client, wire } = await signedIn(plain);
    wire.fate = async () => new Response('<h1>Bad gateway</h1>', { status: 503, headers: { 'retry-after': '7' } });
    const error = await thrownBy(client.clients());
    expect(error).toMatchObject({ name: 'ServiceUnavailableError', retryAfter: 7 });
    wire.fate = async () => new Response('<h1>Slow down</h1>', { status: 429, headers: { 'retry-after': 'soon' } });
    expect(await thrownBy(client.clients())).toMatchObject({
      status: 429,
      retryAfter: undefined,
      errors: [expect.any(String)],
    });
    expect(client.isSignedIn).toBe(true);
  });

  it('are not signed in to where the token cannot be read', async () => {
    const { client, wire, email } = await signedIn(plain);
    await client.signOut();
    wire.fate = async (_, pass) => new Response((await pass()).body);
    expect(await thrownBy(client.signIn({ email, password: PASSWORD }))).toMatchObject({ code: 'no_token' });
    expect(client.isSignedIn).toBe(false);
  });

  it('are sent to no place that an answer redirects to', async () => {
    const { client, wire, email } = await signedIn(plain);
    const headers = { location: `${plain.url}/members` };
    wire.fate = async () => new Response(null, { status: 307, headers });
    expect(await thrownBy(client.signIn({ email, password: PASSWORD }))).toMatchObject({ status: 307 });
    expect(wire.sent.map(({ init }) => init?.redirect)).toEqual(['manual']);
  });
});

/** Another client of the same account. */
async function signedInAgain(email: string, { url }: TestApp): Promise<TokenAuthClient<any>> {
  const client = createTokenAuthClient<any>({ baseUrl: url });
  await client.signIn({ email, password: PASSWORD });
  return client;
}
