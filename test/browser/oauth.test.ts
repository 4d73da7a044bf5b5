import type { INestApplication } from '@nestjs/common';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshEmail, newAccount } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { CHROMIUM, startChromium } from '../support/chromium.js';
import { OidcServer, type Person } from '../support/oidc.js';
import { freePort, OpenerPage } from '../support/opener.js';

/** An object of a page's message, or the parameters of a redirect. */
type Payload = Record<string, any>;

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  onEveryAdapter('signing in by a provider', (platform) => {
    let chromium: Browser;
    let opener: OpenerPage;
    let oidc: OidcServer;
    let app: TestApp;
    let api: string;
    let page: Page;

    beforeAll(async () => {
      [chromium, opener] = await Promise.all([startChromium(), OpenerPage.serve()]);
      const port = await freePort();
      api = `http://api.localhost:${port}/auth`;
      oidc = await OidcServer.start([`${api}/acme/callback`]);
      app = await TestApp.start(platform, {
        port,
        auth: { publicUrl: api, redirectAllowlist: [opener.at('app')], oauth: { acme: oidc.provider() } },
        configure: (nest) => {
          nest.enableCors({ origin: opener.at('app') });
          isolate(nest);
        },
      });
    });
    afterAll(async () => {
      await chromium?.close();
      await app?.close();
      await oidc?.close();
      await opener?.close();
    });
    beforeEach(async () => {
      page = await (await chromium.newContext()).newPage();
    });
    afterEach(() => page.context().close());

    /** The URL that clients open. */
    const urlFor = (query: Record<string, string>) =>
      `${api}/acme?${new URLSearchParams({ auth_origin_url: `${opener.at('app')}/oauth`, ...query }).toString()}`;

    async function openPopup(from: string, query: Record<string, string> = {}): Promise<Page> {
      await page.goto(opener.at(from));
      const popup = page.waitForEvent('popup');
      await page.evaluate(`authenticate(${JSON.stringify(urlFor({ omniauth_window_type: 'newWindow', ...query }))})`);
      return await popup;
    }

    /** Signs in as clients do that open a window: what they are handed, once the window has closed itself. */
    async function inNewWindow(person: Person | null, query: Record<string, string> = {}): Promise<Payload> {
      oidc.person = person;
      const popup = await openPopup('app', query);
      if (!popup.isClosed()) await popup.waitForEvent('close');
      await page.waitForFunction('received.length > 0');
      return (await page.evaluate('received[0]')) as Payload;
    }

    async function inSameWindow(person: Person | null): Promise<Payload> {
      oidc.person = person;
      await page.goto(opener.at('app'));
      await page.evaluate(`location.assign(${JSON.stringify(urlFor({ omniauth_window_type: 'sameWindow' }))})`);
      await page.waitForURL(`${opener.at('app')}/oauth?**`);
      return Object.fromEntries(new URL(page.url()).searchParams);
    }

    /** As a browser in an app, which runs a script in the page that it shows. */
    async function inAppBrowser(person: Person | null): Promise<Payload> {
      oidc.person = person;
      await page.goto(urlFor({ omniauth_window_type: 'inAppBrowser' }));
      return (await page.evaluate('requestCredentials()')) as Payload;
    }

    async function expectServes(credentials: Payload): Promise<void> {
      if (!page.url().startsWith(opener.at('app'))) await page.goto(opener.at('app'));
      const call = `validate(${JSON.stringify(api)}, ${JSON.stringify(credentials)})`;
      expect(await page.evaluate(call)).toMatchObject({ status: 200, body: { data: { uid: credentials['uid'] } } });
    }

    async function expectText(text: string): Promise<void> {
      await page.getByText(text).waitFor();
      expect(await page.locator('p').textContent()).toBe(text);
    }

    const WINDOWS = [
      ['a new window', inNewWindow],
      ['the same window', inSameWindow],
      ['a browser in an app', inAppBrowser],
    ] as const;

    describe.each(WINDOWS)('in %s', (_, signIn) => {
      it('brings credentials that serve', async () => {
        const email = freshEmail();
        const first = await signIn({ sub: email, email, email_verified: true });
        expect(String(first['oauth_registration'])).toBe('true');
        await expectServes(first);
        const second = await signIn({ sub: email, email, email_verified: true });
        expect(second).not.toHaveProperty('oauth_registration');
        await expectServes(second);
      });

      it('tells of a refused consent', async () => {
        expect(await signIn(null)).toMatchObject({ error: 'You have not allowed the sign in.' });
      });

      it('makes nobody the owner of an address that is not verified', async () => {
        const { email } = await newAccount(app);
        const credentials = await signIn({ sub: email, email, email_verified: false });
        expect(credentials).toMatchObject({ uid: email, auth_token: expect.any(String) });
        await expectServes(credentials);
      });

      it('does not sign in to an account of somebody with the same address', async () => {
        const { email } = await newAccount(app);
        const answer = await signIn({ sub: email, email, email_verified: true });
        expect(answer).toMatchObject({ error: `An account already exists for '${email}'` });
        expect(answer).not.toHaveProperty('auth_token');
      });
    });

    it('hands all about the user over to the window that has opened the page', async () => {
      const email = freshEmail();
      const data = await inNewWindow({ sub: email, email, email_verified: true, name: 'Ada' }, { config_name: 'shop' });
      expect(data).toMatchObject({ message: 'deliverCredentials', email, name: 'Ada', config: 'shop' });
      expect(data['expiry']).toEqual(expect.any(Number));
    });

    it('hands nothing over to a window of another origin', async () => {
      oidc.person = { sub: freshEmail() };
      const popup = await openPopup('evil');
      await popup.waitForURL(`${api}/acme/callback?**`);
      // Messages arrive in the order in which they are sent: what follows the last question is answered after it.
      await popup.evaluate(`void window.addEventListener('message', function (event) {
        if (event.data === 'last question') event.source.postMessage('no more', '*');
      })`);
      await page.evaluate(
        "void (popup.postMessage('requestCredentials', '*'), popup.postMessage('last question', '*'))",
      );
      await page.waitForFunction("received.includes('no more')");
      expect(await page.evaluate('received')).toEqual(['no more']);
      expect(popup.isClosed()).toBe(false);
    });

    it('says what happens to who sees the page', async () => {
      oidc.person = { sub: freshEmail() };
      await page.goto(urlFor({ omniauth_window_type: 'newWindow' }));
      await expectText('Redirecting...');
      oidc.person = null;
      await page.goto(urlFor({ omniauth_window_type: 'newWindow' }));
      await expectText('You have not allowed the sign in.');
    });

    it('is over once it has been used', async () => {
      const callbacks: string[] = [];
      page.on('request', (request) => {
        if (request.url().startsWith(`${api}/acme/callback?`)) callbacks.push(request.url());
      });
      await inSameWindow({ sub: freshEmail() });
      const before = await app.rows();
      const response = await page.goto(callbacks[0] ?? '');
      expect(response?.status()).toBe(422);
      await expectText('This sign in has taken too long, or has been used already. Please try again.');
      expect(await app.rows()).toEqual(before);
      expect(await page.context().cookies(api)).toEqual([]);
    });
  });
});

/** What applications set for all their answers to keep other sites' windows away. */
function isolate(nest: INestApplication): void {
  nest.use((_: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    next();
  });
}
