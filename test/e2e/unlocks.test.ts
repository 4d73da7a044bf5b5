import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, PASSWORD, sendForm, signIn } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { send, sendJson, told } from '../support/client.js';
import {
  ask,
  expectNotServed,
  expectPlain,
  expectPrivate,
  INVALID_LINK,
  NO_TOKENS,
  refusal,
  resetToken,
  TOKEN,
} from '../support/links.js';
import { isLocked, lock } from '../support/locked.js';
import { follow, Mailbox, PUBLIC_URL } from '../support/mailbox.js';

const SENT_PARANOID =
  'If your account exists, you will receive an email with instructions for how to unlock it in a few minutes.';
const sent = (email: string) =>
  `An email has been sent to '${email}' containing instructions for unlocking your account.`;
const LOCKABLE = { lockable: true, maximumAttempts: 2, throttleSignIn: false };

onEveryAdapter('asking for an unlock link', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let open: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const start = (auth: object) => TestApp.start(platform, { auth: { ...mailbox.options, ...LOCKABLE, ...auth } });
    app = await start({});
    open = await start({ paranoid: false });
  });
  afterAll(async () => {
    await Promise.all([app.close(), open.close()]);
    await mailbox.close();
  });

  it('is answered 200, and mails one, to accounts that are not locked too', async () => {
    for (const [each, message] of [
      [app, () => SENT_PARANOID],
      [open, sent],
    ] as const) {
      const { email } = await newAccount(each);
      expectPlain(await ask(each, 'unlock', { email: `${email.toUpperCase()} ` }), 200, {
        success: true,
        message: message(email),
      });
      const mails = await mailbox.mailsTo(each, email);
      expect(mails.map(({ subject }) => subject)).toEqual(['Unlock instructions']);
      const link = await mailbox.linkTo(each, email);
      const token = link.searchParams.get('unlock_token') ?? '';
      expect(token).toMatch(TOKEN);
      expect(link.href).toBe(`${PUBLIC_URL}/unlock?config=default&unlock_token=${token}`);
    }
  });

  it('takes forms and a config_name, and no redirect URL', async () => {
    const { email } = await newAccount(app);
    const body = { email, config_name: 'admin', redirect_url: 'https://evil.example.net' };
    expect((await sendForm(`${app.url}/auth/unlock`, body)).status).toBe(200);
    expect((await mailbox.linkTo(app, email)).searchParams.get('config')).toBe('admin');
    await sendJson(`${app.url}/auth/unlock?config_name=user`, 'POST', { email });
    const { searchParams } = await mailbox.linkTo(app, email);
    expect([...searchParams.keys()]).toEqual(['config', 'unlock_token']);
    expect(searchParams.get('config')).toBe('user');
  });

  it.each([[undefined], [null], [''], ['  '], [1], [['a@example.com']], [{ a: 1 }]])(
    'needs an address: %j',
    async (email) => {
      for (const each of [app, open])
        expectPlain(await ask(each, 'unlock', { email }), 401, refusal('You must provide an email address.'));
    },
  );

  it.each(['nobody@example.com', 'no address', 'nul\0@example.com'])(
    'of nobody tells so unless nobody may know: %s',
    async (email) => {
      expectPlain(await ask(app, 'unlock', { email }), 200, { success: true, message: SENT_PARANOID });
      expectPlain(await ask(open, 'unlock', { email }), 404, refusal(`Unable to find user with email '${email}'.`));
    },
  );

  it('is done by the sign-in that locks the account, once', async () => {
    const { email } = await newAccount(app);
    await lock(app, email);
    for (let attempt = 0; attempt < 3; attempt++) await signIn(app, { email, password: 'wrong' });
    const mails = await mailbox.mailsTo(app, email);
    expect(mails.map(({ subject }) => subject)).toEqual(['Unlock instructions']);
  });
});

onEveryAdapter('an unlock link', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let withPage: TestApp;
  let email: string;
  let link: URL;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const auth = { ...mailbox.options, ...LOCKABLE };
    app = await TestApp.start(platform, { auth });
    withPage = await TestApp.start(platform, {
      auth: { ...auth, unlockSuccessUrl: 'https://elsewhere.example.org/?a=1#/in' },
    });
  });
  beforeEach(async () => {
    ({ email } = await newAccount(app));
    await lock(app, email);
    link = await mailbox.linkTo(app, email);
  });
  afterAll(async () => {
    await Promise.all([app.close(), withPage.close()]);
    await mailbox.close();
  });

  it('unlocks, says so on a page of its own, and signs nobody in', async () => {
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    const before = (await app.rows()).length;
    const answer = await follow(app, link);
    expect([answer.status, answer.headers.get('content-type'), told(answer)]).toEqual([
      200,
      'text/html; charset=utf-8',
      'nothing',
    ]);
    expect(answer.body).toContain('<p>Your account has been unlocked.</p>');
    expect([answer.headers.get('set-cookie'), (await app.rows()).length]).toEqual([null, before]);
    expectPrivate(answer);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('leads to the configured page, and to no other', async () => {
    const { email: other } = await newAccount(withPage);
    await lock(withPage, other);
    const url = await mailbox.linkTo(withPage, other);
    url.searchParams.set('redirect_url', 'https://evil.example.net');
    const answer = await follow(withPage, url);
    const target = 'https://elsewhere.example.org/?a=1&unlock=true#/in?a=1&unlock=true';
    expect([answer.status, answer.headers.get('location'), told(answer)]).toEqual([302, target, 'nothing']);
    expectPrivate(answer);
    expect(await isLocked(withPage, other)).toBe(false);
  });

  it('lets the account count anew', async () => {
    await follow(app, link);
    expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
    expect(await isLocked(app, email)).toBe(false);
  });

  it('says so again to who follows it again, and then does nothing', async () => {
    await follow(app, link);
    app.log.take();
    for (let visit = 0; visit < 3; visit++) expect((await follow(app, link)).status).toBe(200);
    expect(new Set(app.log.take())).toEqual(new Set(['SELECT']));
  });

  it('says so to everybody who follows it at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => follow(app, link)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await isLocked(app, email)).toBe(false);
  });

  it('does not undo a later lock, whose own link has been mailed', async () => {
    await follow(app, link);
    await lock(app, email);
    const newer = await mailbox.linkTo(app, email);
    expectPlain(await follow(app, link), 404, INVALID_LINK);
    expect(await isLocked(app, email)).toBe(true);
    expect((await follow(app, newer)).status).toBe(200);
    expect(await isLocked(app, email)).toBe(false);
  });

  it('does nothing for HEAD', async () => {
    const answer = await follow(app, link, { method: 'HEAD' });
    expect([answer.status, answer.body]).toEqual([200, '']);
    expectPrivate(answer);
    expect(await isLocked(app, email)).toBe(true);
  });

  it.each(NO_TOKENS)('is refused with a token that is none: %s', async (_, value) => {
    expectPlain(await send(`${app.url}/auth/unlock?unlock_token=${value}`), 404, INVALID_LINK);
  });

  it('is refused without a token, with a part of it, with two, and with one for something else', async () => {
    const { searchParams } = await mailbox.linkTo(app, email);
    const token = searchParams.get('unlock_token') ?? '';
    const other = await resetToken(app, mailbox, email);
    for (const query of [
      '',
      `?unlock_token=${token.slice(1)}`,
      `?unlock_token=${token}&unlock_token=${token}`,
      `?unlock_token=${other}`,
      `?reset_password_token=${token}`,
    ])
      expectPlain(await send(`${app.url}/auth/unlock${query}`), 404, INVALID_LINK);
    expect(await isLocked(app, email)).toBe(true);
  });

  it('works for a day', async () => {
    app.clock.advance(86_400_000 - 1);
    expect((await follow(app, link)).status).toBe(200);
    app.clock.advance(1);
    expectPlain(await follow(app, link), 404, INVALID_LINK);
  });

  it('is nothing to another address of the account, or to one that is gone', async () => {
    const users = app.dataSource.getRepository(User);
    await users.update({ email }, { email: `new-${email}` });
    expectPlain(await follow(app, link), 404, INVALID_LINK);
    await users.delete({ email: `new-${email}` });
    expectPlain(await follow(app, link), 404, INVALID_LINK);
  });
});

describe.each([
  ['accounts are not locked', { lockable: false }],
  ['time alone unlocks them', { lockable: true, unlockStrategy: 'time' }],
] as const)('where %s', (_, auth) => {
  onEveryAdapter('unlock links', (platform) => {
    let mailbox: Mailbox;
    let app: TestApp;
    beforeAll(async () => {
      mailbox = await Mailbox.open();
      app = await TestApp.start(platform, { auth: { ...mailbox.options, ...auth } });
    });
    afterAll(async () => {
      await app.close();
      await mailbox.close();
    });

    it.each(['POST', 'GET'])('are as if they did not exist (%s)', async (method) => {
      await expectNotServed(app, method, '/auth/unlock');
    });
  });
});
