import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, type TestApp } from '../support/app.js';
import { CHROMIUM, startChromium } from '../support/chromium.js';
import { eventually } from '../support/client.js';
import { ClientPage } from '../support/client-page.js';
import { Gate } from '../support/held.js';
import { freePort } from '../support/opener.js';
import { startMembers } from '../support/rotation.js';

describe.skipIf(CHROMIUM === undefined)('a client in a browser', () => {
  onEveryAdapter('that follows its token', (platform) => {
    let chromium: Browser;
    let site: ClientPage;
    let app: TestApp;
    let context: BrowserContext;
    let page: Page;
    let email: string;

    beforeAll(async () => {
      const port = await freePort();
      [chromium, site] = await Promise.all([startChromium(), ClientPage.serve(`http://api.localhost:${port}`)]);
      app = await startMembers(platform, {}, { port, configure: (nest) => site.allow(nest) });
    });
    afterAll(async () => {
      await chromium?.close();
      await app?.close();
      await site?.close();
    });
    beforeEach(async () => {
      context = await chromium.newContext();
      page = await openTab();
      ({ email } = await newAccount(app));
      const values = JSON.stringify({ email, password: PASSWORD });
      await page.evaluate(`client.signIn(${values})`);
      app.clock.advance('10s');
    });
    afterEach(() => context.close());

    async function openTab(): Promise<Page> {
      const tab = await context.newPage();
      await tab.goto(site.origin);
      await tab.waitForFunction('window.client');
      return tab;
    }

    /** What a request of a page is answered. */
    const status = async (tab: Page, path = '/members') => await tab.evaluate(`ask(${JSON.stringify(path)})`);

    /** Once all that the client does by itself is done, and the batch has closed. */
    async function expectGoesOn(...tabs: Page[]): Promise<void> {
      for (const tab of tabs) {
        await tab.evaluate('client.validate()');
        app.clock.advance('10s');
        expect(await status(tab)).toBe(200);
        expect(await tab.evaluate('client.isSignedIn')).toBe(true);
      }
    }

    /** The next answer to a path is lost on its way back. */
    const loseOne = async (path: string) =>
      await context.route(
        `**${path}`,
        async (route) => {
          await answerTo(route);
          await route.abort();
        },
        { times: 1 },
      );

    it('shares a token among requests at the same time', async () => {
      for (let round = 0; round < 3; round++) {
        const six = "Promise.all([1, 2, 3, 4, 5, 6].map(() => ask('/members')))";
        expect(await page.evaluate(six)).toEqual([200, 200, 200, 200, 200, 200]);
        app.clock.advance('10s');
      }
    });

    it('takes answers in any order', async () => {
      const gate = app.nest.get(Gate);
      const slow = status(page, '/held/slow');
      await gate.holds('slow');
      expect(await status(page)).toBe(200);
      app.clock.advance('4s');
      expect(await status(page)).toBe(200);
      app.clock.advance('4s');
      gate.open('slow');
      expect(await slow).toBe(200);
      await expectGoesOn(page);
    });

    it('keeps its session when a request is aborted', async () => {
      const gate = app.nest.get(Gate);
      await page.evaluate("void (aborter = new AbortController(), held = ask('/held/aborted', aborter))");
      await gate.holds('aborted');
      await page.evaluate('aborter.abort()');
      gate.open('aborted');
      expect(await page.evaluate('held')).toBe('AbortError');
      await expectGoesOn(page);
    });

    it('keeps its session when an answer is lost', async () => {
      await loseOne('/members');
      expect(await status(page)).toBe('TypeError');
      await expectGoesOn(page);
    });

    it('keeps its session when the page is loaded again in the middle of a request', async () => {
      const gate = app.nest.get(Gate);
      await page.evaluate("void ask('/held/reloaded')");
      await gate.holds('reloaded');
      await page.reload();
      await page.waitForFunction('window.client');
      gate.open('reloaded');
      expect(await page.evaluate('[client.isSignedIn, client.user]')).toEqual([true, null]);
      expect(await status(page)).toBe(200);
      await expectGoesOn(page);
    });

    it('keeps its session when the page is left with the next token on its way', async () => {
      const arrived = new Promise<void>((resolve) => {
        void context.route('**/members', async (route) => {
          await answerTo(route);
          resolve();
        });
      });
      await page.evaluate("void ask('/members')");
      await arrived;
      await context.unroute('**/members');
      await page.reload();
      await page.waitForFunction('window.client');
      // Without asking first: that something was under way is in the storage.
      expect(await status(page)).toBe(200);
      await expectGoesOn(page);
    });

    it('is not signed out by being offline', async () => {
      await context.setOffline(true);
      expect(await status(page)).toBe('TypeError');
      expect(await page.evaluate('client.validate().catch(({ name }) => name)')).toBe('UnreachableError');
      expect(await page.evaluate('client.isSignedIn')).toBe(true);
      await context.setOffline(false);
      expect(await status(page)).toBe(200);
      await expectGoesOn(page);
    });

    it('asks for what was lost as soon as it is online again', async () => {
      const asked: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'GET') asked.push(new URL(request.url()).pathname);
      });
      await loseOne('/members');
      await page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false, configurable: true })");
      expect(await status(page)).toBe('TypeError');
      await page.evaluate('client.ready');
      expect(asked).toEqual(['/members']);
      await page.evaluate('void (delete navigator.onLine, dispatchEvent(new Event("online")))');
      await eventually(() => asked.includes('/auth/validate_token'));
      await expectGoesOn(page);
    });

    it('has one session in all tabs', async () => {
      const other = await openTab();
      expect(await other.evaluate('client.isSignedIn')).toBe(true);
      for (let round = 0; round < 3; round++) {
        expect(await Promise.all([status(page), status(other), status(page), status(other)])).toEqual([
          200, 200, 200, 200,
        ]);
        app.clock.advance('10s');
        expect(await status(other)).toBe(200);
        app.clock.advance('10s');
      }
      await expectGoesOn(page, other, page);
    });

    it('signs all tabs out with one, and in again', async () => {
      const other = await openTab();
      await page.evaluate('client.signOut()');
      await other.waitForFunction('!client.isSignedIn');
      expect(await other.evaluate('changes')).toEqual([['signed_out', 'signed_out', null]]);
      expect(await status(other)).toBe(401);
      expect(await app.rows()).not.toContainEqual(
        expect.objectContaining({ user: expect.objectContaining({ email }) }),
      );
      await page.evaluate(`client.signIn(${JSON.stringify({ email, password: PASSWORD })})`);
      await other.waitForFunction('client.isSignedIn');
      expect(await other.evaluate('changes.at(-1)')).toEqual(['signed_in', null, email]);
      await expectGoesOn(other, page);
    });

    it('is told in all tabs that its client has ended elsewhere', async () => {
      const other = await openTab();
      const elsewhere = await (await chromium.newContext()).newPage();
      await elsewhere.goto(site.origin);
      await elsewhere.waitForFunction('window.client');
      await elsewhere.evaluate(`client.signIn(${JSON.stringify({ email, password: PASSWORD })})`);
      expect(await elsewhere.evaluate('client.isSignedIn')).toBe(true);
      // The sign-up has signed a client in too.
      expect(await elsewhere.evaluate('client.revokeOthers()')).toBe(2);
      expect(await status(page)).toBe(401);
      await other.waitForFunction('!client.isSignedIn');
      expect(await page.evaluate('changes.at(-1)')).toEqual(['signed_out', 'refused', null]);
      expect(await other.evaluate('changes.at(-1)')).toEqual(['signed_out', 'refused', null]);
      await elsewhere.context().close();
    });
  });
});

/** Lets the server answer; names under localhost are known to browsers alone. */
async function answerTo(route: Route): Promise<void> {
  await route.fetch({ url: route.request().url().replace('api.localhost', '127.0.0.1') });
}
