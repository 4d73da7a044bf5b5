import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, TestApp, User } from '../support/app.js';
import { send, told } from '../support/client.js';
import { ask, expectPlain, expectPrivate, INVALID_LINK, NO_TOKENS, refusal, resetToken } from '../support/links.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';

const SUCCESS = `${PAGE}?account_confirmation_success=true`;
const FAILURE = `${PAGE}?account_confirmation_success=false`;

onEveryAdapter('a confirmation link', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let withDefault: TestApp;
  let email: string;
  let link: URL;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const auth = { ...mailbox.options, confirmable: true };
    app = await TestApp.start(platform, { auth });
    withDefault = await TestApp.start(platform, { auth: { ...auth, defaultConfirmSuccessUrl: 'myapp://confirmed' } });
  });
  beforeEach(async () => {
    email = freshEmail();
    await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
    link = await mailbox.linkTo(app, email);
  });
  afterAll(async () => {
    await Promise.all([app.close(), withDefault.close()]);
    await mailbox.close();
  });

  const token = () => link.searchParams.get('confirmation_token') ?? '';
  const locationOf = async (search: string) =>
    (await send(`${app.url}/auth/confirmation?${search}`)).headers.get('location');

  async function confirmedAt(): Promise<Date | null | undefined> {
    const users = app.dataSource.getRepository(User).createQueryBuilder('user').addSelect('user.confirmedAt');
    return (await users.where({ email }).getOneOrFail()).confirmedAt;
  }

  it('confirms the address, leads to the page and signs nobody in', async () => {
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    const before = (await app.rows()).length;
    const answer = await follow(app, link);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, SUCCESS]);
    expect([told(answer), answer.headers.get('set-cookie'), (await app.rows()).length]).toEqual([
      'nothing',
      null,
      before,
    ]);
    expectPrivate(answer);
    expect(await confirmedAt()).toEqual(new Date(app.clock.now()));
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('says so again to who follows it again, and then does nothing', async () => {
    await follow(app, link);
    const at = await confirmedAt();
    app.clock.advance('1h');
    app.log.take();
    for (let visit = 0; visit < 3; visit++) expect((await follow(app, link)).headers.get('location')).toBe(SUCCESS);
    expect(new Set(app.log.take())).toEqual(new Set(['SELECT']));
    expect(await confirmedAt()).toEqual(at);
  });

  it('says so to everybody who follows it at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => follow(app, link)));
    expect(answers.map(({ headers }) => headers.get('location'))).toEqual(Array(6).fill(SUCCESS));
  });

  it('does nothing for HEAD', async () => {
    const answer = await follow(app, link, { method: 'HEAD' });
    expect([answer.status, answer.body, answer.headers.get('location')]).toEqual([200, '', null]);
    expectPrivate(answer);
    expect(await confirmedAt()).toBeNull();
  });

  it('keeps what the page has, also behind a fragment', async () => {
    link.searchParams.set('redirect_url', `${PAGE}?a=1&uid=x#/in`);
    const query = 'a=1&account_confirmation_success=true';
    expect((await follow(app, link)).headers.get('location')).toBe(`${PAGE}?${query}#/in?${query}`);
  });

  it.each(NO_TOKENS)('tells the page that it has failed with a token that is none: %s', async (_, value) => {
    expect(await locationOf(`confirmation_token=${value}&redirect_url=${encodeURIComponent(PAGE)}`)).toBe(FAILURE);
    expectPlain(await send(`${app.url}/auth/confirmation?confirmation_token=${value}`), 404, INVALID_LINK);
  });

  it('fails without a token, with a part of it, with two, and with one for something else', async () => {
    const page = `redirect_url=${encodeURIComponent(PAGE)}`;
    const other = await resetToken(app, mailbox, email);
    for (const search of [
      page,
      `${page}&confirmation_token=${token().slice(1)}`,
      `${page}&confirmation_token=${token()}&confirmation_token=${token()}`,
      `${page}&confirmation_token[a]=${token()}`,
      `${page}&confirmation_token=${other}`,
    ])
      expect(await locationOf(search)).toBe(FAILURE);
    expect(await confirmedAt()).toBeNull();
    expectPlain(await send(`${app.url}/auth/confirmation`), 404, INVALID_LINK);
  });

  it('works for three days, not a moment longer', async () => {
    app.clock.advance(3 * 86_400_000);
    expect((await follow(app, link)).headers.get('location')).toBe(FAILURE);
    expect(await confirmedAt()).toBeNull();
    await ask(app, 'confirmation', { email, redirect_url: PAGE });
    link = await mailbox.linkTo(app, email);
    app.clock.advance(3 * 86_400_000 - 1);
    expect((await follow(app, link)).headers.get('location')).toBe(SUCCESS);
  });

  it('shows a page of its own where there is none to lead to', async () => {
    link.searchParams.delete('redirect_url');
    const answer = await follow(app, link);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('location')]).toEqual([
      200,
      'text/html; charset=utf-8',
      null,
    ]);
    expect(answer.body).toContain('<p>Your email address has been confirmed.</p>');
    expectPrivate(answer);
    expect(await confirmedAt()).not.toBeNull();
  });

  it('leads to the configured page where it names none', async () => {
    const own = freshEmail();
    await withDefault.user({ email: own, uid: own });
    await ask(withDefault, 'confirmation', { email: own });
    const named = await mailbox.linkTo(withDefault, own);
    expect(named.searchParams.get('redirect_url')).toBe('myapp://confirmed');
    named.searchParams.delete('redirect_url');
    const answer = await follow(withDefault, named);
    expect(answer.headers.get('location')).toBe('myapp://confirmed?account_confirmation_success=true');
    const failed = await send(`${withDefault.url}/auth/confirmation`);
    expect(failed.headers.get('location')).toBe('myapp://confirmed?account_confirmation_success=false');
  });

  it('confirms nothing for a page that is not allowed', async () => {
    link.searchParams.set('redirect_url', 'https://evil.example.net');
    expectPlain(
      await follow(app, link),
      422,
      refusal("Redirect to 'https://evil.example.net' not allowed.", { status: 'error', data: null }),
    );
    expect(await confirmedAt()).toBeNull();
  });

  it('is nothing to an account that is gone', async () => {
    await app.dataSource.getRepository(User).delete({ email });
    expect((await follow(app, link)).headers.get('location')).toBe(FAILURE);
  });
});

onEveryDatabase('a confirmation link', (platform) => {
  it('says the same to everybody who follows it at the same time', async () => {
    const mailbox = await Mailbox.open();
    const app = await TestApp.start(platform, { auth: { ...mailbox.options, confirmable: true } });
    try {
      const email = freshEmail();
      await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
      const link = await mailbox.linkTo(app, email);
      const answers = await Promise.all(Array.from({ length: 8 }, () => follow(app, link)));
      expect(answers.map(({ headers }) => headers.get('location'))).toEqual(Array(8).fill(SUCCESS));
    } finally {
      await app.close();
      await mailbox.close();
    }
  });
});
