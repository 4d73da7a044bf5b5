import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshEmail } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { CHROMIUM, startChromium } from '../support/chromium.js';
import { ClientPage } from '../support/client-page.js';
import { OidcServer, type Person } from '../support/oidc.js';
import { freePort } from '../support/opener.js';

describe.skipIf(CHROMIUM === undefined)('a client in a browser', () => {
  onEveryAdapter('that signs in by a provider', (platform) => {
    let chromium: Browser;
    let site: ClientPage;
    let oidc: OidcServer;
    let app: TestApp;
    let page: Page;

    beforeAll(async () => {
      const port = await freePort();
      const api = `http://api.localhost:${port}`;
      [chromium, site] = await Promise.all([startChromium(), ClientPage.serve(api)]);
      oidc = await OidcServer.start([`${api}/auth/acme/callback`]);
      app = await TestApp.start(platform, {
        port,
        auth: { publicUrl: `${api}/auth`, redirectAllowlist: [site.origin], oauth: { acme: oidc.provider() } },
        configure: (nest) => site.allow(nest),
      });
    });
    afterAll(async () => {
      await chromium?.close();
      await app?.close();
      await oidc?.close();
      await site?.close();
    });
    beforeEach(async () => {
      page = await (await chromium.newContext()).newPage();
      await open(`${site.origin}/sign-in?from=mail#/route?a=1`);
    });
    afterEach(() => page.context().close());

    async function open(url: string): Promise<void> {
      await page.goto(url);
      await page.waitForFunction('window.client');
    }

    /** Windows stay at a page of the provider. */
    const atProvider = async () =>
      await page.context().route('**/auth/acme?*', (route) => route.fulfill({ body: 'Who are you?' }));

    /** What a call of the page comes to: the user's address, or the code of what is thrown. */
    const outcome = async (call: string) =>
      await page.evaluate(`${call}.then((user) => user?.email ?? null, ({ code, name }) => code ?? name)`);

    const person = (): Person => {
      const email = freshEmail();
      return { sub: email, email, email_verified: true };
    };

    it('opens a window, and is signed in once it has closed', async () => {
      oidc.person = person();
      const popup = page.waitForEvent('popup');
      const email = await outcome("client.signInWith('acme')");
      expect(email).toBe(oidc.person.sub);
      expect((await popup).isClosed()).toBe(true);
      expect(await page.evaluate('[client.isSignedIn, client.user.email]')).toEqual([true, email]);
      app.clock.advance('10s');
      expect(await outcome('client.validate()')).toBe(email);
    });

    it('is told in the window what has gone wrong', async () => {
      oidc.person = null;
      expect(await outcome("client.signInWith('acme')")).toBe('oauth_refused');
      expect(await page.evaluate('client.isSignedIn')).toBe(false);
    });

    it('gives up when the window is closed', async () => {
      await atProvider();
      const popup = page.waitForEvent('popup');
      await page.evaluate("void (signIn = client.signInWith('acme'), signIn.catch(() => {}))");
      await (await popup).close();
      expect(await outcome('signIn')).toBe('popup_closed');
    });

    it('gives up when it is told to, and closes the window', async () => {
      await atProvider();
      const popup = page.waitForEvent('popup');
      await page.evaluate(`void (aborter = new AbortController(), signIn = client.signInWith('acme', {
        signal: aborter.signal,
      }), signIn.catch(() => {}))`);
      const window = await popup;
      await page.evaluate('aborter.abort()');
      expect(await outcome('signIn')).toBe(20);
      if (!window.isClosed()) await window.waitForEvent('close');
    });

    it('says that the browser has blocked the window', async () => {
      await page.evaluate('void (window.open = () => null)');
      expect(await outcome("client.signInWith('acme')")).toBe('popup_blocked');
    });

    it('believes no message of another window or origin', async () => {
      await atProvider();
      const popup = page.waitForEvent('popup');
      await page.evaluate("void (signIn = client.signInWith('acme'), signIn.catch(() => {}))");
      const message = { message: 'deliverCredentials', auth_token: 't', client_id: 'c', uid: 'u', expiry: 1 };
      await page.evaluate(`postMessage(${JSON.stringify(message)}, '*')`);
      await page.evaluate('new Promise((resolve) => setTimeout(resolve))');
      expect(await page.evaluate('client.isSignedIn')).toBe(false);
      await (await popup).close();
      expect(await outcome('signIn')).toBe('popup_closed');
    });

    it('leaves the page and comes back signed in, with nothing left in the URL', async () => {
      oidc.person = person();
      const returnTo = `${site.origin}/sign-in?from=mail#/route?a=1`;
      await page.evaluate("void client.signInWith('acme', { mode: 'redirect' })");
      await page.waitForURL((url) => url.href === returnTo && page.url() === returnTo, { waitUntil: 'commit' });
      await page.waitForFunction("window.client && arrivedAt.includes('auth_token')");
      expect(await outcome('client.completeSignIn()')).toBe(oidc.person.sub);
      expect(page.url()).toBe(returnTo);
      expect(await page.evaluate('[client.isSignedIn, client.user.email]')).toEqual([true, oidc.person.sub]);
      app.clock.advance('10s');
      expect(await outcome('client.validate()')).toBe(oidc.person.sub);
    });

    it('leaves the page and comes back with what has gone wrong', async () => {
      oidc.person = null;
      await page.evaluate("void client.signInWith('acme', { mode: 'redirect', returnTo: '/welcome' })");
      await page.waitForURL(`${site.origin}/welcome*`);
      await page.waitForFunction("window.client && arrivedAt.includes('error')");
      expect(await outcome('client.completeSignIn()')).toBe('oauth_refused');
      expect(page.url()).toBe(`${site.origin}/welcome`);
    });

    it('is signed in by no link that it has not asked for, and takes its parameters out of the URL', async () => {
      const query = 'auth_token=t&client_id=c&uid=u&expiry=9999999999&config=default&blank=true&kept=1';
      await open(`${site.origin}/?${query}`);
      expect(await page.evaluate('arrivedAt')).toContain('auth_token');
      expect(await outcome('client.completeSignIn()')).toBe(null);
      expect(await page.evaluate('client.isSignedIn')).toBe(false);
      expect(page.url()).toBe(`${site.origin}/?kept=1`);
    });
  });
});
