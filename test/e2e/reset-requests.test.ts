import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, newAccount, sendForm } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { sendJson } from '../support/client.js';
import { ask, expectNotServed, expectPlain, refusal, TOKEN } from '../support/links.js';
import { Mailbox, PAGE, PUBLIC_URL } from '../support/mailbox.js';

const SENT_PARANOID =
  'If your email address exists in our database, you will receive a password recovery link at your email address in a few minutes.';
const sent = (email: string) =>
  `An email has been sent to '${email}' containing instructions for resetting your password.`;

onEveryAdapter('asking for a reset link', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let open: TestApp;
  let withDefault: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const start = (auth: object) => TestApp.start(platform, { auth: { ...mailbox.options, ...auth } });
    app = await start({});
    open = await start({ paranoid: false });
    withDefault = await start({ defaultPasswordResetUrl: 'https://elsewhere.example.org/reset?a=1' });
  });
  afterAll(async () => {
    await Promise.all([app, open, withDefault].map((each) => each.close()));
    await mailbox.close();
  });

  it('is answered 200, and mails one', async () => {
    for (const [each, message] of [
      [app, () => SENT_PARANOID],
      [open, sent],
    ] as const) {
      const { email } = await newAccount(each);
      expectPlain(await ask(each, 'password', { email, redirect_url: PAGE }), 200, {
        success: true,
        message: message(email),
      });
      const mails = await mailbox.mailsTo(each, email);
      expect(mails.map(({ subject }) => subject)).toEqual(['Reset password instructions']);
    }
  });

  it('mails a link with its parameters in alphabetical order, and nothing else', async () => {
    const { email } = await newAccount(app);
    await ask(app, 'password', { email, redirect_url: `${PAGE}?a=b%20c&d=é#/x`, config_name: 'admin' });
    const { href, searchParams } = await mailbox.linkTo(app, email);
    const token = searchParams.get('reset_password_token') ?? '';
    expect(token).toMatch(TOKEN);
    const target = encodeURIComponent(`${PAGE}?a=b%20c&d=é#/x`);
    expect(href).toBe(`${PUBLIC_URL}/password/edit?config=admin&redirect_url=${target}&reset_password_token=${token}`);
  });

  it.each([
    ['the body', '', { config_name: 'admin' }, 'admin'],
    ['the query', '?config_name=admin', {}, 'admin'],
    ['the body before the query', '?config_name=user', { config_name: 'admin' }, 'admin'],
    ['nowhere', '', {}, 'default'],
    ['an array', '', { config_name: ['admin'] }, 'default'],
    ['an object', '', { config_name: { a: 1 } }, 'default'],
    ['an empty text', '', { config_name: '' }, 'default'],
  ])('takes config_name from %s', async (_, query, body, config) => {
    const { email } = await newAccount(app);
    await sendJson(`${app.url}/auth/password${query}`, 'POST', { email, redirect_url: PAGE, ...body });
    expect((await mailbox.linkTo(app, email)).searchParams.get('config')).toBe(config);
  });

  it('takes forms, and the redirect URL from the query', async () => {
    const { email } = await newAccount(app);
    const path = `/auth/password?redirect_url=${encodeURIComponent(PAGE)}`;
    expectPlain(await sendForm(app.url + path, { email: ` ${email.toUpperCase()} ` }), 200, {
      success: true,
      message: SENT_PARANOID,
    });
    expect((await mailbox.linkTo(app, email)).searchParams.get('redirect_url')).toBe(PAGE);
  });

  it('needs a redirect URL, before all else', async () => {
    for (const body of [{}, { email: freshEmail() }, { email: '', redirect_url: '' }, { redirect_url: null }])
      expectPlain(await ask(app, 'password', body), 401, refusal('Missing redirect URL.'));
  });

  it('needs one that is allowed, before it looks at the address', async () => {
    const { email } = await newAccount(app);
    const url = 'https://evil.example.net/?a="><script>';
    for (const body of [{ redirect_url: url }, { email, redirect_url: url }, { email: 1, redirect_url: url }])
      expectPlain(
        await ask(app, 'password', body),
        422,
        refusal(`Redirect to '${url}' not allowed.`, { status: 'error', data: null }),
      );
    expect(await mailbox.mailsTo(app, email)).toEqual([]);
  });

  it('falls back on the configured URL, which needs no place on the list', async () => {
    const { email } = await newAccount(withDefault);
    for (const body of [{ email }, { email, redirect_url: '' }, { email, redirect_url: null }]) {
      expect((await ask(withDefault, 'password', body)).status).toBe(200);
      expect((await mailbox.linkTo(withDefault, email)).searchParams.get('redirect_url')).toBe(
        'https://elsewhere.example.org/reset?a=1',
      );
    }
    const other = { email, redirect_url: 'https://elsewhere.example.org/reset' };
    expect((await ask(withDefault, 'password', other)).status).toBe(422);
  });

  it.each([[undefined], [null], [''], ['  '], [1], [true], [['a@example.com']], [{ a: 1 }]])(
    'needs an address: %j',
    async (email) => {
      for (const each of [app, open])
        expectPlain(
          await ask(each, 'password', { email, redirect_url: PAGE }),
          401,
          refusal('You must provide an email address.'),
        );
    },
  );

  it.each(['nobody@example.com', 'no address', 'nul\0@example.com', `${'a'.repeat(5000)}@example.com`])(
    'of nobody tells so unless nobody may know: %s',
    async (email) => {
      const body = { email, redirect_url: PAGE };
      expectPlain(await ask(app, 'password', body), 200, { success: true, message: SENT_PARANOID });
      expectPlain(await ask(open, 'password', body), 404, refusal(`Unable to find user with email '${email}'.`));
    },
  );

  it('knows no account that another provider made', async () => {
    for (const [each, status] of [
      [app, 200],
      [open, 404],
    ] as const) {
      const email = freshEmail();
      await each.user({ email, uid: '4711', provider: 'github' });
      expect((await ask(each, 'password', { email, redirect_url: PAGE })).status).toBe(status);
      expect(await mailbox.mailsTo(each, email)).toEqual([]);
    }
  });
});

onEveryAdapter('where no mails are sent', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { auth: { redirectAllowlist: ['https://app.example.com'] } });
  });
  afterAll(() => app.close());

  describe.each([
    ['POST', '/auth/password'],
    ['GET', '/auth/password/edit'],
  ])('%s %s', (method, path) => {
    it('is as if it did not exist', async () => {
      await expectNotServed(app, method, path);
    });
  });
});
