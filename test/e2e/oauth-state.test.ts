import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryAdapter } from '../support/app.js';
import { OauthApp, ORIGIN_PAGE, textOf } from '../support/oauth-app.js';
import type { TestBrowser } from '../support/browser.js';
import { PUBLIC_URL } from '../support/mailbox.js';

const ADA = { sub: 'ada', email: 'ada@example.com', email_verified: true };
const HOST = new URL(PUBLIC_URL).host;
const EXPIRED = 'This sign in has taken too long, or has been used already. Please try again.';

onEveryAdapter('the state of a sign-in by a provider', (platform) => {
  let oauth: OauthApp;
  beforeAll(async () => {
    oauth = await OauthApp.start(platform);
  });
  afterAll(() => oauth.close());

  async function expectRefused(browser: TestBrowser, callback: string, text = EXPIRED): Promise<void> {
    const before = await oauth.app.rows();
    const arrived = await browser.go(callback);
    expect([arrived.answer.status, textOf(arrived)]).toEqual([422, text]);
    expect(arrived.answer.body).not.toContain('<script');
    expect(await oauth.app.rows()).toEqual(before);
  }

  /** The cookie of the only sign-in that is on its way. */
  function flowOf(browser: TestBrowser): { jar: Map<string, string>; name: string; content: unknown[] } {
    const jar = browser.cookies.get(HOST) ?? new Map<string, string>();
    const [[name = '', value = ''] = []] = jar;
    return { jar, name, content: JSON.parse(Buffer.from(value, 'base64url').toString()) as unknown[] };
  }

  it('is kept in a cookie that only this host and no script gets, for ten minutes', async () => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser);
    const [set = ''] = browser.setCookies;
    expect(set).toMatch(/^__Host-oauth_[0-9a-f]{32}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    expect(set).not.toContain(new URL(callback).searchParams.get('state'));
    await browser.go(callback);
    expect(browser.setCookies).toHaveLength(2);
    expect(browser.setCookies[1]).toMatch(
      /^__Host-oauth_[0-9a-f]{32}=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('asks with PKCE, a nonce and a redirect URI that no request can name', async () => {
    const browser = oauth.browser();
    const url = `${PUBLIC_URL}/acme?auth_origin_url=${encodeURIComponent(ORIGIN_PAGE)}`;
    const { headers } = await browser.request(url, {
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' },
    });
    const { searchParams } = new URL(headers.get('location') ?? '');
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: 'shop',
      response_type: 'code',
      scope: 'openid email profile',
      prompt: 'login',
      redirect_uri: `${PUBLIC_URL}/acme/callback`,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('serves once', async () => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser);
    expect((await browser.go(callback)).to).toBe(ORIGIN_PAGE);
    await expectRefused(browser, callback);
  });

  it('serves once also where the cookie was kept', async () => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser);
    const { jar, name } = flowOf(browser);
    const value = jar.get(name) ?? '';
    await browser.go(callback);
    jar.set(name, value);
    const { parameters } = await browser.go(callback);
    expect(parameters).toMatchObject({ error_code: 'oauth_failed' });
    expect(parameters).not.toHaveProperty('auth_token');
  });

  it('is nobody else’s', async () => {
    const callback = await oauth.untilCallback(ADA, oauth.browser());
    const other = oauth.browser();
    await oauth.untilCallback(ADA, other);
    await expectRefused(other, callback);
    await expectRefused(oauth.browser(), callback);
  });

  it('must be given, once, as text', async () => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser);
    await expectRefused(browser, callback.replace(/state=[^&]+/, ''));
    await expectRefused(browser, callback.replace(/state=([^&]+)/, 'state=$1&state=$1'));
    await expectRefused(browser, callback.replace(/state=([^&]+)/, 'state[]=$1'));
    await expectRefused(browser, callback.replace(/state=[^&]+/, 'state=%00'));
  });

  it('ends after ten minutes', async () => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser);
    oauth.app.clock.advance('601s');
    await expectRefused(browser, callback);
  });

  it.each<[string, number, unknown]>([
    ['nonce', 0, 'n'.repeat(43)],
    ['verifier', 1, 'v'.repeat(43)],
  ])('does not sign in where its %s is another one', async (_, index, value) => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser);
    const { jar, name, content } = flowOf(browser);
    content[index] = value;
    jar.set(name, Buffer.from(JSON.stringify(content)).toString('base64url'));
    const { to, parameters } = await browser.go(callback);
    expect([to, parameters['error_code']]).toEqual([ORIGIN_PAGE, 'oauth_failed']);
  });

  it('leads nowhere that is not allowed, whatever its cookie says', async () => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser);
    const { jar, name, content } = flowOf(browser);
    content[3] = 'https://evil.example/';
    jar.set(name, Buffer.from(JSON.stringify(content)).toString('base64url'));
    await expectRefused(browser, callback);
  });

  it.each(['', '!', 'bnVsbA', 'W10', 'e30', 'WzEsMiwzLDQsNSw2LDdd', 'A'.repeat(3500)])(
    'is refused where its cookie is %s',
    async (value) => {
      const browser = oauth.browser();
      const callback = await oauth.untilCallback(ADA, browser);
      const { jar, name } = flowOf(browser);
      jar.set(name, value);
      await expectRefused(browser, callback);
    },
  );

  it('is that of one provider', async () => {
    const both = await OauthApp.start(platform, { auth: { oauth: { other: oauth.oidc.provider() } } });
    try {
      const browser = both.browser();
      const callback = await both.untilCallback(ADA, browser);
      const arrived = await browser.go(callback.replace('/acme/', '/other/'));
      expect([arrived.answer.status, textOf(arrived)]).toEqual([422, EXPIRED]);
    } finally {
      await both.close();
    }
  });

  it('lets several tabs sign in at once, and forgets the oldest where they get too many', async () => {
    const browser = oauth.browser();
    const callbacks: string[] = [];
    for (let tab = 0; tab < 5; tab++) {
      callbacks.push(await oauth.untilCallback(ADA, browser));
      oauth.app.clock.advance('1s');
    }
    await expectRefused(browser, callbacks.shift() ?? '');
    for (const callback of callbacks) expect((await browser.go(callback)).to).toBe(ORIGIN_PAGE);
    expect(browser.cookies.get(HOST)?.size).toBe(0);
  });

  it('is not begun where it does not fit into a cookie', async () => {
    const arrived = await oauth.signIn(ADA, { config_name: 'c'.repeat(3000) });
    expect([arrived.to, arrived.parameters['error_code']]).toEqual([ORIGIN_PAGE, 'oauth_too_long']);
  });

  it('is left alone by who only looks', async () => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser);
    const { status, headers } = await browser.request(callback, { method: 'HEAD' });
    expect([status, headers.get('location'), headers.get('set-cookie')]).toEqual([200, null, null]);
    expect((await browser.go(callback)).to).toBe(ORIGIN_PAGE);
    const start = await browser.request(`${PUBLIC_URL}/acme?auth_origin_url=x`, { method: 'HEAD' });
    expect([start.status, start.headers.get('set-cookie')]).toEqual([200, null]);
  });
});
