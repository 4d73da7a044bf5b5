import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryAdapter } from '../support/app.js';
import { send } from '../support/client.js';
import { PUBLIC_URL } from '../support/mailbox.js';
import { deliveryOf, OauthApp, ORIGIN_PAGE } from '../support/oauth-app.js';

const ADA = { sub: 'ada', email: 'ada@example.com', email_verified: true };
/** What browsers send with a form that the provider's page posts. */
const FOREIGN = { origin: 'https://appleid.apple.com', 'sec-fetch-site': 'cross-site' };

onEveryAdapter('cookie mode with providers', (platform) => {
  let oauth: OauthApp;
  beforeAll(async () => {
    oauth = await OauthApp.start(platform, { auth: { cookieEnabled: true } });
  });
  afterAll(() => oauth.close());

  it('puts the token into the cookie, and neither into the URL nor into the page', async () => {
    for (const window of ['sameWindow', 'newWindow']) {
      const browser = oauth.browser();
      const arrived = await oauth.signIn(ADA, { omniauth_window_type: window }, browser);
      const [name, value = ''] = [...(browser.cookies.get('api.example.com') ?? [])].at(-1) ?? [];
      expect(name).toBe('__Host-auth_cookie');
      const token: string = JSON.parse(decodeURIComponent(value))['access-token'];
      expect(token).toMatch(/^[\w-]{70}$/);
      expect(`${arrived.trail.join()} ${arrived.answer.body}`).not.toContain(token);
      const payload = window === 'newWindow' ? deliveryOf(arrived).data : arrived.parameters;
      expect(payload).toMatchObject({ uid: 'ada', client_id: expect.any(String) });
      expect(payload).not.toHaveProperty('auth_token');
      const { body } = await browser.request(`${PUBLIC_URL}/validate_token`);
      expect(body).toMatchObject({ success: true, data: { uid: 'ada' } });
    }
  });

  it('takes an answer that comes as a form of the provider’s page, and sends it once more', async () => {
    const browser = oauth.browser();
    const callback = new URL(await oauth.untilCallback(ADA, browser));
    // Browsers keep our cookie back.
    const post = await send(`${oauth.app.url}/auth/acme/callback`, {
      method: 'POST',
      headers: FOREIGN,
      body: new URLSearchParams([...callback.searchParams, ['id_token', 'x'], ['redirect', 'https://evil.example']]),
    });
    const location = new URL(post.headers.get('location') ?? '');
    expect([post.status, location.origin + location.pathname]).toEqual([303, `${PUBLIC_URL}/acme/callback`]);
    expect(Object.fromEntries(location.searchParams)).toEqual(Object.fromEntries(callback.searchParams));
    expect(post.headers.get('set-cookie')).toBeNull();
    expect((await browser.go(location.href)).to).toBe(ORIGIN_PAGE);
  });

  it('lets such forms do nothing else', async () => {
    const body = new URLSearchParams({ email: 'a@example.com', password: 'correct horse' });
    for (const path of ['', '/sign_in', '/password']) {
      const { status } = await send(`${oauth.app.url}/auth${path}`, { method: 'POST', headers: FOREIGN, body });
      expect(status).toBe(403);
    }
    const empty = await send(`${oauth.app.url}/auth/acme/callback`, { method: 'POST', headers: FOREIGN });
    expect([empty.status, empty.headers.get('location')]).toEqual([303, `${PUBLIC_URL}/acme/callback?`]);
  });
});
