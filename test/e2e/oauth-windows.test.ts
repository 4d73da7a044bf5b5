import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryAdapter } from '../support/app.js';
import { PUBLIC_URL } from '../support/mailbox.js';
import { clientOf, deliveryOf, OauthApp, ORIGIN_PAGE, textOf } from '../support/oauth-app.js';
import { expectSignedIn } from '../support/visits.js';

const ADA = { sub: 'ada', email: 'ada@example.com', email_verified: true, name: 'Ada' };
const EVE = { sub: 'eve', name: '</script><script>alert(1)</script>\u2028' };

const TEXTS = { redirecting: 'Weiter …', oauth_refused: 'Sie wollten nicht.', missing_redirect_url: 'Wohin?' };

onEveryAdapter('the end of a sign-in by a provider', (platform) => {
  let oauth: OauthApp;
  beforeAll(async () => {
    oauth = await OauthApp.start(platform, { auth: { languages: { de: TEXTS } } });
  });
  afterAll(() => oauth.close());

  describe.each(['newWindow', 'inAppBrowser'])('in %s', (window) => {
    it('is a page that hands the credentials to the origin that asked, with all about the user', async () => {
      const arrived = await oauth.signIn(ADA, { omniauth_window_type: window, config_name: 'shop' });
      expect(arrived.answer.status).toBe(200);
      const { data, origin } = deliveryOf(arrived);
      expect(origin).toBe('https://app.example.com');
      expect(data).toMatchObject({ uid: 'ada', email: 'ada@example.com', name: 'Ada', provider: 'acme' });
      expect(data).toMatchObject({ message: 'deliverCredentials', config: 'shop', expiry: expect.any(Number) });
      await expectSignedIn(oauth.app, clientOf(oauth.app, data));
    });

    it('is a page that hands over why it has failed', async () => {
      const arrived = await oauth.signIn(null, { omniauth_window_type: window });
      expect(arrived.answer.status).toBe(200);
      expect(deliveryOf(arrived)).toEqual({
        data: { error: 'You have not allowed the sign in.', error_code: 'oauth_refused', message: 'authFailure' },
        origin: 'https://app.example.com',
      });
    });
  });

  it('has no config where the client has given none', async () => {
    const { data } = deliveryOf(await oauth.signIn(ADA, { omniauth_window_type: 'newWindow' }));
    expect(data).toMatchObject({ config: null });
    expect(data).not.toHaveProperty('oauth_registration');
  });

  it.each([{}, { omniauth_window_type: 'sameWindow' }, { omniauth_window_type: 'other' }])(
    'is a redirect in the same window: %j',
    async (query) => {
      const { answer, to, parameters } = await oauth.signIn(ADA, query);
      expect([answer.status, to]).toEqual([302, ORIGIN_PAGE]);
      expect(Object.keys(parameters).toSorted()).toEqual([
        'auth_token',
        'blank',
        'client_id',
        'config',
        'expiry',
        'uid',
      ]);
      await expectSignedIn(oauth.app, clientOf(oauth.app, parameters));
    },
  );

  it('is a redirect that says why it has failed', async () => {
    const { to, parameters } = await oauth.signIn(null);
    expect(to).toBe(ORIGIN_PAGE);
    expect(parameters).toEqual({
      error: 'You have not allowed the sign in.',
      error_code: 'oauth_refused',
      blank: 'true',
    });
  });

  it('is in the language of the browser', async () => {
    const browser = oauth.browser();
    const callback = await oauth.untilCallback(ADA, browser, { omniauth_window_type: 'newWindow' });
    const { body } = await browser.request(callback, { headers: { 'accept-language': 'de-AT' } });
    expect(body).toContain('<html lang="de" dir="ltr"><meta charset="utf-8"><title>Weiter …</title>');
  });

  it('says in that language why it has failed, to the client and on a page', async () => {
    const headers = { 'accept-language': 'de-AT' };
    const browser = oauth.browser();
    oauth.oidc.person = null;
    const callback = await browser.untilCallback('acme', { auth_origin_url: ORIGIN_PAGE });
    const { headers: answered } = await browser.request(callback, { headers });
    const { searchParams } = new URL(answered.get('location') ?? '');
    expect([searchParams.get('error'), searchParams.get('error_code')]).toEqual([
      'Sie wollten nicht.',
      'oauth_refused',
    ]);
    const { body } = await browser.request(`${PUBLIC_URL}/acme`, { headers });
    expect(body).toContain('<html lang="de" dir="ltr"><meta charset="utf-8"><title>Wohin?</title>');
  });

  it('keeps the parameters and the route of the page, and none of its credentials', async () => {
    const page = `${ORIGIN_PAGE}?tab=1&uid=eve#/inside`;
    const { trail } = await oauth.signIn(ADA, { auth_origin_url: page });
    const { searchParams, hash } = new URL(trail.at(-1) ?? '');
    expect([searchParams.get('tab'), searchParams.getAll('uid')]).toEqual(['1', ['ada']]);
    expect(hash).toMatch(/^#\/inside\?.*auth_token=/);
  });

  it('runs nothing that a provider has written into a name', async () => {
    const { answer } = await oauth.signIn(EVE, { omniauth_window_type: 'newWindow' });
    expect(answer.body.match(/<script/g)).toHaveLength(1);
    expect(answer.body.match(/<\/script>/g)).toHaveLength(1);
    expect(answer.body).not.toContain('\u2028');
    expect(deliveryOf({ answer, trail: [], to: null, parameters: {} }).data['name']).toBe(EVE.name);
  });

  it('lets no script run but ours, reaches no cache and no other site, and lets a popup keep its opener', async () => {
    const { answer } = await oauth.signIn(ADA, { omniauth_window_type: 'newWindow' });
    const [, nonce] = /<script nonce="([\w-]{22})">/.exec(answer.body) ?? [];
    const header = (name: string) => answer.headers.get(name);
    expect(header('content-security-policy')).toBe(
      `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(header('content-type')).toBe('text/html; charset=utf-8');
    for (const each of [answer, (await oauth.signIn(ADA)).answer]) {
      expect(Object.fromEntries(each.headers)).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'unsafe-none',
      });
    }
  });

  it('is a plain page where no page was named to come back to', async () => {
    const arrived = await oauth.browser().signIn('acme', {});
    expect([arrived.answer.status, textOf(arrived)]).toEqual([422, 'Missing redirect URL.']);
    const named = await oauth.browser().signIn('acme', { origin: ORIGIN_PAGE });
    expect(named.to).toBe(ORIGIN_PAGE);
  });
});
