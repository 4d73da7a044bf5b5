import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { send, told } from '../support/client.js';
import {
  ask,
  expectPlain,
  expectPrivate,
  INVALID_LINK,
  NO_TOKENS,
  refusal,
  setPassword,
  twice,
} from '../support/links.js';
import { follow, Mailbox, PAGE, redirectOf } from '../support/mailbox.js';

onEveryAdapter('a reset link that hands its token on', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let email: string;
  let link: URL;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, {
      auth: { ...mailbox.options, confirmable: true, allowUnconfirmedAccessFor: null, defaultConfirmSuccessUrl: PAGE },
    });
  });
  beforeEach(async () => {
    ({ email } = await newAccount(app));
    link = await newLink(PAGE);
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  async function newLink(page: string): Promise<URL> {
    await ask(app, 'password', { email, redirect_url: page, config_name: 'admin' });
    return await mailbox.linkTo(app, email);
  }

  const token = () => link.searchParams.get('reset_password_token') ?? '';

  function changed(name: string, value: string): URL {
    const other = new URL(link);
    other.search = other.search.replace(new RegExp(`${name}=[^&]*`), `${name}=${value}`);
    return other;
  }

  it('leads to the page with the token and nothing else', async () => {
    const answer = await follow(app, link);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${PAGE}?reset_password_token=${token()}`]);
    expect([told(answer), answer.headers.get('set-cookie')]).toEqual(['nothing', null]);
    expectPrivate(answer);
  });

  it.each([
    [`${PAGE}?a=1&b=%C3%A9`, (secret: string) => `${PAGE}?a=1&b=%C3%A9&reset_password_token=${secret}`],
    [
      `${PAGE}#/reset`,
      (secret: string) => `${PAGE}?reset_password_token=${secret}#/reset?reset_password_token=${secret}`,
    ],
    [
      `${PAGE}?a=1#/reset?b=2`,
      (secret: string) => `${PAGE}?a=1&reset_password_token=${secret}#/reset?b=2&a=1&reset_password_token=${secret}`,
    ],
    [
      `${PAGE}?uid=x&token=y&reset_password_token=z`,
      (secret: string) => `${PAGE}?token=y&reset_password_token=${secret}`,
    ],
  ])('keeps what the page has: %s', async (page, expected) => {
    link = await newLink(page);
    expect((await follow(app, link)).headers.get('location')).toBe(expected(token()));
  });

  it('spends nothing and changes nothing, however often it is followed, and by whom', async () => {
    const users = app.dataSource.getRepository(User).createQueryBuilder('user').addSelect('user.confirmedAt');
    const stateOf = async () => JSON.stringify(await users.where({ email }).getOneOrFail());
    const [before, clients] = [await stateOf(), (await app.rows()).length];
    app.log.take();
    for (let visit = 0; visit < 5; visit++) {
      expect((await follow(app, link)).status).toBe(302);
      expect((await follow(app, link, { method: 'HEAD' })).status).toBe(200);
    }
    expect(new Set(app.log.take())).toEqual(new Set(['SELECT']));
    expect([await stateOf(), (await app.rows()).length]).toEqual([before, clients]);
    const reset = { ...twice('a new password'), reset_password_token: token() };
    expect((await setPassword(app, reset)).status).toBe(200);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
  });

  it('tells HEAD nothing but that it leads somewhere', async () => {
    const answer = await follow(app, link, { method: 'HEAD' });
    expect([answer.status, answer.body, answer.headers.get('location')]).toEqual([200, '', null]);
    expectPrivate(answer);
  });

  it.each(NO_TOKENS)('is refused with a token that is none: %s', async (_, value) => {
    expectPlain(await follow(app, changed('reset_password_token', value)), 404, INVALID_LINK);
  });

  it('is refused with a token that is cut off, longer, twice there or not there', async () => {
    for (const value of [token().slice(0, -1), `${token()}A`, `${token()}&reset_password_token=${token()}`])
      expectPlain(await follow(app, changed('reset_password_token', value)), 404, INVALID_LINK);
    const without = changed('reset_password_token', '');
    without.searchParams.delete('reset_password_token');
    expectPlain(await follow(app, without), 404, INVALID_LINK);
  });

  it('is refused with a token for something else', async () => {
    expect((await ask(app, 'confirmation', { email, redirect_url: PAGE })).status).toBe(200);
    const other = (await mailbox.linkTo(app, email)).searchParams.get('confirmation_token') ?? '';
    expect(other).not.toBe('');
    expectPlain(await follow(app, changed('reset_password_token', other)), 404, INVALID_LINK);
  });

  it('is refused once it has expired, not a moment earlier', async () => {
    app.clock.advance(6 * 60 * 60_000 - 1);
    expect((await follow(app, link)).status).toBe(302);
    app.clock.advance(1);
    expectPlain(await follow(app, link), 404, INVALID_LINK);
  });

  it('is refused once it has been used, or a newer one has been sent', async () => {
    const newer = await newLink(PAGE);
    expectPlain(await follow(app, link), 404, INVALID_LINK);
    const secret = newer.searchParams.get('reset_password_token');
    expect((await setPassword(app, { ...twice('a new password'), reset_password_token: secret })).status).toBe(200);
    expectPlain(await follow(app, newer), 404, INVALID_LINK);
  });

  it('is refused without a page, or with one that is not allowed', async () => {
    const path = `${app.url}/auth/password/edit?reset_password_token=${token()}`;
    expectPlain(await send(path), 401, refusal('Missing redirect URL.'));
    expectPlain(await send(`${path}&redirect_url=`), 401, refusal('Missing redirect URL.'));
    expectPlain(
      await follow(app, changed('redirect_url', 'https%3A%2F%2Fevil.example.net')),
      422,
      refusal("Redirect to 'https://evil.example.net' not allowed.", { status: 'error', data: null }),
    );
  });

  it('leads with another page of the list there, with its own token', async () => {
    const answer = await follow(app, changed('redirect_url', 'https%3A%2F%2Fapp.example.com%2Fother'));
    expect(redirectOf(answer)).toEqual({
      to: 'https://app.example.com/other',
      parameters: { reset_password_token: token() },
    });
  });
});
