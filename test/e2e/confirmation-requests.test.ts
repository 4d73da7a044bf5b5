import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, sendForm } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, sendJson } from '../support/client.js';
import { ask, expectNotServed, expectPlain, refusal, TOKEN } from '../support/links.js';
import { follow, Mailbox, PAGE, PUBLIC_URL, redirectOf } from '../support/mailbox.js';

const SENT_PARANOID =
  'If your email address exists in our database, you will receive an email with instructions for how to confirm your email address in a few minutes.';
const sent = (email: string) =>
  `An email has been sent to '${email}' containing instructions for confirming your account.`;

onEveryAdapter('asking for a confirmation link', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let open: TestApp;
  let off: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const start = (auth: object) =>
      TestApp.start(platform, { auth: { ...mailbox.options, confirmable: true, ...auth } });
    app = await start({});
    open = await start({ paranoid: false });
    off = await start({ confirmable: false });
  });
  afterAll(async () => {
    await Promise.all([app, open, off].map((each) => each.close()));
    await mailbox.close();
  });

  async function unconfirmed(each = app): Promise<string> {
    const email = freshEmail();
    await each.user({ email, uid: email });
    return email;
  }

  it('is answered 200, and mails one', async () => {
    for (const [each, message] of [
      [app, () => SENT_PARANOID],
      [open, sent],
    ] as const) {
      const email = await unconfirmed(each);
      expectPlain(await ask(each, 'confirmation', { email: ` ${email.toUpperCase()}`, redirect_url: PAGE }), 200, {
        success: true,
        message: message(email),
      });
      const mails = await mailbox.mailsTo(each, email);
      expect(mails.map(({ subject }) => subject)).toEqual(['Confirmation instructions']);
    }
  });

  it('mails a link with its parameters in alphabetical order, and nothing else', async () => {
    const email = await unconfirmed();
    const path = `/auth/confirmation?config_name=admin`;
    await sendForm(app.url + path, { email, redirect_url: `${PAGE}#/in` });
    const { href, searchParams } = await mailbox.linkTo(app, email);
    const token = searchParams.get('confirmation_token') ?? '';
    expect(token).toMatch(TOKEN);
    const target = encodeURIComponent(`${PAGE}#/in`);
    expect(href).toBe(`${PUBLIC_URL}/confirmation?config=admin&confirmation_token=${token}&redirect_url=${target}`);
  });

  it('needs no redirect URL', async () => {
    const email = await unconfirmed();
    expect((await ask(app, 'confirmation', { email })).status).toBe(200);
    const link = await mailbox.linkTo(app, email);
    expect([...link.searchParams.keys()]).toEqual(['config', 'confirmation_token']);
  });

  it('refuses one that is not allowed, before it looks at the address', async () => {
    const email = await unconfirmed();
    for (const given of [email, undefined])
      expectPlain(
        await ask(app, 'confirmation', { email: given, redirect_url: 'https://evil.example.net' }),
        422,
        refusal("Redirect to 'https://evil.example.net' not allowed.", { status: 'error', data: null }),
      );
    expect(await mailbox.mailsTo(app, email)).toEqual([]);
  });

  it.each([[undefined], [null], [''], ['  '], [1], [['a@example.com']], [{ a: 1 }]])(
    'needs an address: %j',
    async (email) => {
      for (const each of [app, open])
        expectPlain(await ask(each, 'confirmation', { email }), 401, refusal('You must provide an email address.'));
    },
  );

  it.each(['nobody@example.com', 'no address', 'nul\0@example.com'])(
    'of nobody tells so unless nobody may know: %s',
    async (email) => {
      expectPlain(await ask(app, 'confirmation', { email }), 200, { success: true, message: SENT_PARANOID });
      expectPlain(
        await ask(open, 'confirmation', { email }),
        404,
        refusal(`Unable to find user with email '${email}'.`),
      );
    },
  );

  it('mails one to who is confirmed already, too: nothing tells them apart', async () => {
    const email = freshEmail();
    await app.user({ email, uid: email, confirmedAt: new Date(1) });
    expect((await ask(app, 'confirmation', { email, redirect_url: PAGE })).status).toBe(200);
    const answer = await follow(app, await mailbox.linkTo(app, email));
    expect(redirectOf(answer).parameters).toEqual({ account_confirmation_success: 'true' });
  });

  it('mails to the address that waits, for an account that is to get it', async () => {
    const [email, waiting] = [freshEmail(), freshEmail()];
    await app.user({ email, uid: email, confirmedAt: new Date(1), unconfirmedEmail: waiting });
    expectPlain(await ask(app, 'confirmation', { email, redirect_url: PAGE }), 200, {
      success: true,
      message: SENT_PARANOID,
    });
    expect(await mailbox.mailsTo(app, email)).toEqual([]);
    await follow(app, await mailbox.linkTo(app, waiting));
    expect(await app.dataSource.getRepository(User).countBy({ email: waiting, uid: waiting })).toBe(1);
  });

  it('takes the newest link to be the one that counts', async () => {
    const email = await unconfirmed();
    await ask(app, 'confirmation', { email, redirect_url: PAGE });
    const older = await mailbox.linkTo(app, email);
    await ask(app, 'confirmation', { email, redirect_url: PAGE });
    const newer = await mailbox.linkTo(app, email);
    const outcome = async (link: URL) => redirectOf(await follow(app, link)).parameters['account_confirmation_success'];
    expect([await outcome(older), await outcome(newer)]).toEqual(['false', 'true']);
  });

  it('is asked for by signing up, and signs nobody in before', async () => {
    const email = freshEmail();
    const body = { email, password: PASSWORD, confirm_success_url: PAGE, config_name: 'admin' };
    const answer = await sendJson(`${app.url}/auth`, 'POST', body);
    expect([answer.status, answer.auth.accessToken]).toEqual([200, null]);
    const link = await mailbox.linkTo(app, email);
    expect([link.searchParams.get('config'), link.searchParams.get('redirect_url')]).toEqual(['admin', PAGE]);
  });

  it.each(['POST', 'GET'])('is as if it did not exist where nothing has to be confirmed (%s)', async (method) => {
    await expectNotServed(off, method, '/auth/confirmation');
    const { email } = await newAccount(off);
    const client = await ProtocolClient.signedIn(off, await off.dataSource.getRepository(User).findOneBy({ email }));
    expect((await send(`${off.url}/auth/confirmation`, { method, headers: client.headers })).status).toBe(404);
  });
});
