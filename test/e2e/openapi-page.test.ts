import { existsSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeTokenAuth, tokenAuthSwaggerOptions } from 'nestjs-token-auth/openapi';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRealms } from '../support/realms.js';
import { SampleApps } from '../support/sample-app.js';

const apps = new SampleApps();

/** Every request rotates, and who shows the token before is signed out. */
const NO_BUFFER = { batchRequestBufferThrottle: 0, onTokenReuse: 'revoke' } as const;

/** In ms: the page is large, and its script runs in a browser that may be busy with other tests. */
const PATIENCE = 120_000;

const CHROMIUM = '/usr/bin/chromium';
const isSkipped = !('TEST_SKIP_NOTHING' in process.env) && !existsSync(CHROMIUM);

let browser: Browser | undefined;
beforeAll(async () => {
  if (!isSkipped) browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
afterAll(() => browser?.close());

describe.skipIf(isSkipped).each(['express', 'fastify'])(
  'the documentation page of the sample application (%s)',
  (adapter) => {
    it('signs in, follows the tokens, over a reload too, and signs out', { timeout: PATIENCE }, async () => {
      const { url } = await apps.start({ HTTP_ADAPTER: adapter, TOKEN_AUTH_BATCH_REQUEST_BUFFER_THROTTLE: '0' });
      const page = await opened(`${url}/docs`);
      expect(await execute(page, 'DemoController_membersOnly')).toBe(401);
      expect(await execute(page, 'User_signUp')).toBe(200);
      for (let round = 0; round < 3; round++) expect(await execute(page, 'DemoController_membersOnly')).toBe(200);
      await page.reload();
      expect(await execute(page, 'DemoController_membersOnly')).toBe(200);
      expect(await execute(page, 'User_signOut')).toBe(200);
      expect(await execute(page, 'DemoController_membersOnly')).toBe(401);
      expect(await execute(page, 'User_signIn')).toBe(200);
      expect(await execute(page, 'DemoController_membersOnly')).toBe(200);
      await page.close();
    });
  },
);

describe.skipIf(isSkipped)('the documentation page of an application with two kinds of users', () => {
  it('keeps their tokens apart', { timeout: PATIENCE }, async () => {
    const app = await startRealms(
      { adapter: 'express', database: 'sqlite' },
      {
        realTime: true,
        auth: NO_BUFFER,
        admin: { ...NO_BUFFER, path: 'auth/admin', headersNames: { 'access-token': 'X-Admin-Token' } },
        configure: serveDocs,
      },
    );
    try {
      const page = await opened(`${app.url}/docs`);
      for (const operation of ['Admin_signUp', 'User_signUp']) expect(await execute(page, operation)).toBe(200);
      for (const operation of ['admins', 'users', 'admins', 'users']) {
        expect([operation, await execute(page, `RealmController_${operation}`)]).toEqual([operation, 200]);
      }
      expect(await execute(page, 'Admin_signOut')).toBe(200);
      expect(await execute(page, 'RealmController_users')).toBe(200);
      expect(await execute(page, 'RealmController_admins')).toBe(401);
      await page.close();
    } finally {
      await app.close();
    }
  });
});

function serveDocs(nest: INestApplication): void {
  const document = SwaggerModule.createDocument(nest, new DocumentBuilder().build());
  SwaggerModule.setup('docs', nest, describeTokenAuth(nest, document), tokenAuthSwaggerOptions());
}

async function opened(url: string): Promise<Page> {
  const page = await browser!.newPage();
  await page.goto(url);
  return page;
}

/** Tries an operation out as it is filled in, and tells the status. */
async function execute(page: Page, operationId: string): Promise<number> {
  const block = page.locator(`.opblock[id$="-${operationId}"]`);
  if (!((await block.getAttribute('class')) ?? '').includes('is-open')) await block.locator('.opblock-summary').click();
  const tryOut = block.getByRole('button', { name: 'Try it out' });
  const run = block.getByRole('button', { name: 'Execute' });
  await tryOut.or(run).first().waitFor();
  if ((await run.count()) === 0) await tryOut.click();
  const answered = page.waitForResponse((response) => response.request().resourceType() === 'fetch');
  await run.click();
  const status = (await answered).status();
  // The page has taken it in.
  await block
    .locator('.live-responses-table .response-col_status', { hasText: String(status) })
    .first()
    .waitFor();
  return status;
}
