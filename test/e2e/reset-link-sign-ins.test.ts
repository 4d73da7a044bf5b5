import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, told, type Answer } from '../support/client.js';
import { ask, expectPlain, expectPrivate, INVALID_LINK, refusal, setPassword, TOKEN, twice } from '../support/links.js';
import { follow, Mailbox, PAGE, redirectOf } from '../support/mailbox.js';

const NEW_PASSWORD = 'a new password';

onEveryAdapter('a reset link that signs in', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let email: string;
  let link: URL;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, {
      auth: {
        ...mailbox.options,
        requireClientPasswordResetToken: false,
        checkCurrentPasswordBeforeUpdate: 'attributes',
        confirmable: true,
        defaultConfirmSuccessUrl: PAGE,
        maxNumberOfDevices: 2,
      },
    });
  });
  beforeEach(async () => {
    ({ email } = await newAccount(app));
    await ask(app, 'password', { email, redirect_url: PAGE, config_name: 'admin' });
    link = await mailbox.linkTo(app, email);
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const secret = () => link.searchParams.get('reset_password_token') ?? '';

  /** The client that an answer has signed in. */
  function clientOf(answer: Answer): ProtocolClient {
    const { parameters } = redirectOf(answer);
    const { client = '', uid = '' } = parameters;
    return new ProtocolClient(app, { 'access-token': parameters['access-token'] ?? '', client, uid });
  }

  async function confirmed(): Promise<void> {
    await app.dataSource.getRepository(User).update({ email }, { confirmedAt: new Date() });
  }

  it('leads to the page with the nine parameters that clients read', async () => {
    const answer = await follow(app, link);
    expect(answer.status).toBe(302);
    expectPrivate(answer);
    const row = await app.rowOf(clientOf(answer));
    const { to, parameters } = redirectOf(answer);
    expect(to).toBe(PAGE);
    expect(parameters['token']).toMatch(/^[\w-]{40,}$/);
    expect(parameters).toEqual({
      'access-token': parameters['token'],
      client: row?.client,
      client_id: row?.client,
      config: 'admin',
      expiry: String(row?.expiry),
      reset_password: 'true',
      reset_password_token: secret(),
      token: parameters['token'],
      uid: email,
    });
    const names = [...new URL(answer.headers.get('location') ?? '').searchParams.keys()];
    expect(names).toEqual(names.toSorted());
    expect(secret()).toMatch(TOKEN);
    expect([told(answer), answer.headers.get('set-cookie')]).toEqual(['nothing', null]);
  });

  it('repeats them behind a fragment', async () => {
    link.searchParams.set('redirect_url', `${PAGE}?a=1#/reset`);
    const location = (await follow(app, link)).headers.get('location') ?? '';
    const [, query] = /\?(a=1&access-token=[^#]+)#\/reset\?/.exec(location) ?? [];
    expect(location).toBe(`${PAGE}?${query}#/reset?${query}`);
  });

  it('names the configuration that the link names', async () => {
    link.searchParams.delete('config');
    expect(redirectOf(await follow(app, link)).parameters['config']).toBe('default');
  });

  it('gives credentials that work, to an account that is confirmed by it', async () => {
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    const client = clientOf(await follow(app, link));
    const answer = await client.go('/auth/validate_token');
    expect([answer.status, answer.body.data.email]).toEqual([200, email]);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('lets its client set a password without the old one, once', async () => {
    const client = clientOf(await follow(app, link));
    const answer = await setPassword(app, twice(NEW_PASSWORD), client.headers);
    expect([answer.status, answer.body.message]).toEqual([200, 'Your password has been successfully updated.']);
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
    expectPlain(await follow(app, link), 404, INVALID_LINK);

    app.clock.advance('7h');
    expect((await client.go('/auth/validate_token')).status).toBe(200);
    const again = await setPassword(app, twice('yet another one'), client.headers);
    expect([again.status, again.body.errors.current_password]).toEqual([422, ["can't be blank"]]);
  });

  it('asks other clients for the old one', async () => {
    await confirmed();
    const client = await ProtocolClient.signedIn(app, await app.dataSource.getRepository(User).findOneBy({ email }));
    await follow(app, link);
    expect((await setPassword(app, twice(NEW_PASSWORD), client.headers)).status).toBe(422);
  });

  it('lets its client change the password only, and with PUT /auth too', async () => {
    const client = clientOf(await follow(app, link));
    const update = (body: object) =>
      client.go('/auth', {
        method: 'PUT',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    expect((await update({ email: 'thief@example.com' })).status).toBe(422);
    expect((await update({ ...twice(NEW_PASSWORD), email: 'thief@example.com' })).status).toBe(422);
    expect((await update(twice(NEW_PASSWORD))).status).toBe(200);
  });

  it('ends with the link, unless the password is changed', async () => {
    const client = clientOf(await follow(app, link));
    app.clock.advance('5h');
    expect((await client.go('/auth/validate_token')).status).toBe(200);
    const late = clientOf(await follow(app, link));
    app.clock.advance(60 * 60_000 - 1);
    expect((await late.go('/auth/validate_token')).status).toBe(200);
    app.clock.advance(1);
    expect((await client.go('/auth/validate_token')).status).toBe(401);
    expect((await late.go('/auth/validate_token')).status).toBe(401);
    expectPlain(await setPassword(app, twice(NEW_PASSWORD), late.headers), 401, refusal('Unauthorized'));
    expectPlain(await follow(app, link), 404, INVALID_LINK);
  });

  it('evicts nobody, however often scanners follow it, not even at the next sign-in', async () => {
    await confirmed();
    const user = await app.dataSource.getRepository(User).findOneBy({ email });
    const phone = await ProtocolClient.signedIn(app, user);
    const first = clientOf(await follow(app, link));
    for (let visit = 0; visit < 5; visit++) expect((await follow(app, link)).status).toBe(302);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    expect((await phone.go('/auth/validate_token')).status).toBe(200);
    expect((await first.go('/auth/validate_token')).status).toBe(200);
  });

  it('does nothing for HEAD', async () => {
    const before = (await app.rows()).length;
    const answer = await follow(app, link, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('location'), (await app.rows()).length]).toEqual([200, null, before]);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
  });

  it('signs nobody in for a page that is not allowed', async () => {
    const before = (await app.rows()).length;
    link.searchParams.set('redirect_url', 'https://evil.example.net');
    expect((await follow(app, link)).status).toBe(422);
    expect((await app.rows()).length).toBe(before);
  });
});

onEveryAdapter('a reset link that signs in by a cookie', (platform) => {
  it('sets it, and keeps the token out of the URL', async () => {
    const mailbox = await Mailbox.open();
    const app = await TestApp.start(platform, {
      auth: { ...mailbox.options, requireClientPasswordResetToken: false, cookieEnabled: true },
    });
    try {
      const { email } = await newAccount(app);
      await ask(app, 'password', { email, redirect_url: PAGE });
      const answer = await follow(app, await mailbox.linkTo(app, email));
      const { parameters } = redirectOf(answer);
      expect(Object.keys(parameters)).toEqual([
        'client',
        'client_id',
        'config',
        'expiry',
        'reset_password',
        'reset_password_token',
        'uid',
      ]);
      expect([told(answer), answer.headers.getSetCookie()]).toEqual(['nothing', [expect.stringMatching(/HttpOnly/)]]);
      expectPrivate(answer);
      const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';', 1);
      const validation = await send(`${app.url}/auth/validate_token`, { headers: { cookie } });
      expect([validation.status, validation.body.data.email]).toEqual([200, email]);
    } finally {
      await app.close();
      await mailbox.close();
    }
  });
});
