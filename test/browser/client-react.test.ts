import { Controller, Get, Header } from '@nestjs/common';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAccount, PASSWORD } from '../support/accounts.js';
import { on, TestApp } from '../support/app.js';
import { CHROMIUM, startChromium } from '../support/chromium.js';
import { PeopleController } from '../support/people.js';

let script = '';

/** The page as a server renders it: for nobody. */
@Controller()
class PageController {
  @Get('page')
  @Header('content-type', 'text/html')
  page() {
    const root = '<output data-renders="1">nobody false false</output>';
    return `<!doctype html><title>React</title><div id="root">${root}</div><script type="module" src="/page.js"></script>`;
  }

  @Get('page.js')
  @Header('content-type', 'text/javascript')
  script() {
    return script;
  }
}

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  on({ adapter: 'express', database: 'sqlite' }, 'the hook for React', () => {
    let chromium: Browser;
    let app: TestApp;

    beforeAll(async () => {
      const entryPoints = ['test/support/react-page.ts'];
      const define = { 'process.env.NODE_ENV': '"development"' };
      const bundle = await build({ entryPoints, define, bundle: true, write: false, format: 'esm', logLevel: 'error' });
      script = bundle.outputFiles[0]?.text ?? '';
      app = await TestApp.start(
        { adapter: 'express', database: 'sqlite' },
        { controllers: [PageController, PeopleController] },
      );
      chromium = await startChromium();
    });
    afterAll(async () => {
      await chromium?.close();
      await app?.close();
    });

    async function reads(page: Page, text: string): Promise<void> {
      await page.locator('output', { hasText: text }).waitFor({ timeout: 10_000 });
    }

    it('renders who is signed in, in all tabs, and nothing for each token', async () => {
      const { email } = await newAccount(app);
      const context = await chromium.newContext();
      const [page, other] = [await context.newPage(), await context.newPage()];
      for (const each of [page, other]) {
        await each.goto(`${app.url}/page`);
        await reads(each, 'nobody false true');
        expect(await each.evaluate('faults')).toEqual([]);
      }
      await page.evaluate(`client.signIn(${JSON.stringify({ email, password: PASSWORD })})`);
      await reads(page, `${email} true true`);
      await reads(other, `${email} true true`);

      const renders = await page.locator('output').getAttribute('data-renders');
      app.clock.advance('10s');
      expect(await page.evaluate(`client.fetch('/people').then(({ status }) => status)`)).toBe(200);
      expect(await page.locator('output').getAttribute('data-renders')).toBe(renders);

      await page.reload();
      await reads(page, 'nobody true true');
      expect(await page.evaluate('faults')).toEqual([]);
      await page.evaluate('client.validate()');
      await reads(page, `${email} true true`);
      await other.evaluate('client.signOut()');
      await reads(page, 'nobody false true');
      await context.close();
    });
  });
});
