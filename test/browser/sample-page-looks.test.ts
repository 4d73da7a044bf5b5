import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { CHROMIUM } from '../support/chromium.js';
import { SamplePages, type SamplePage } from '../support/sample-page.js';

/** Where the pictures of the page go, for whoever wants to look at it: SCREENSHOTS=/tmp/page npx vitest run … */
const PICTURES = process.env['SCREENSHOTS'];

const BUFFER = { TOKEN_AUTH_BATCH_REQUEST_BUFFER_THROTTLE: '800', DEMO_OIDC: '1' };

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe-core finds that keeps people from using the page. */
async function barriersOn({ page }: SamplePage): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as { violations: Violation[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(', ')}`);
}

describe.skipIf(CHROMIUM === undefined)('the sample page', () => {
  const pages = new SamplePages(BUFFER);

  it.each([
    ['light', 1280],
    ['light', 360],
    ['dark', 1280],
    ['dark', 360],
  ] as const)(
    'can be read and used by everybody, %s, %d px wide',
    async (colorScheme, width) => {
      const page = await pages.open({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      const picture = async (name: string) => {
        if (PICTURES === undefined) return;
        await page.page.screenshot({ path: `${PICTURES}/${colorScheme}-${width}-${name}.png`, fullPage: true });
      };
      await picture('signed-out');
      expect(await barriersOn(page)).toEqual([]);
      await page.submit('sign-in');
      expect(await barriersOn(page)).toEqual([]);

      await page.signUp();
      await page.run('five');
      await picture('five');
      await page.page.click('summary >> nth=0');
      await page.page.click('summary >> nth=1');
      expect(await barriersOn(page)).toEqual([]);
      await page.run('replay');
      await picture('replay');
      expect(await barriersOn(page)).toEqual([]);

      await page.page.click('#theme');
      expect(await page.page.getAttribute('html', 'data-theme')).toBe(colorScheme === 'dark' ? 'light' : 'dark');
      await page.page.setViewportSize({ width: 320, height: 700 });
      // What is drawn by the width of its place follows a moment later.
      const surplus = () => page.page.evaluate('document.documentElement.scrollWidth - innerWidth');
      await expect.poll(surplus, { timeout: 10_000 }).toBeLessThanOrEqual(0);
    },
    60_000,
  );

  it('is used by the keyboard alone', async () => {
    const { page } = await pages.open();
    const focused = async () => (await page.evaluate('document.activeElement.id')) as string;
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.focus('#tab-sign-in');
    await page.keyboard.press('ArrowRight');
    expect([await focused(), await page.locator('#panel-sign-up').isVisible()]).toEqual(['tab-sign-up', true]);
    await page.keyboard.press('End');
    expect([await focused(), await page.locator('#panel-help').isVisible()]).toEqual(['tab-help', true]);
    await page.keyboard.press('Home');
    for (const id of ['sign-in-email', 'sign-in-password']) {
      await page.keyboard.press('Tab');
      expect(await focused()).toBe(id);
    }
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('sign-in-email');
    const error = page.locator('#sign-in-email-error');
    expect(await page.getAttribute('#sign-in-email', 'aria-describedby')).toBe('sign-in-email-error');
    expect([await page.getAttribute('#sign-in-email', 'aria-invalid'), await error.textContent()]).toEqual([
      'true',
      'Please fill out this field.',
    ]);
  });

  it('lets nothing move when an error comes', async () => {
    const page = await pages.open();
    const place = async () => await page.page.locator('#sign-in button').boundingBox();
    const before = await place();
    await page.submit('sign-in');
    expect(await place()).toEqual(before);
    await page.submit('sign-in', { email: 'nobody@example.com', password: 'wrong' });
    await page.page.getByText('Invalid login credentials').waitFor();
    expect(await place()).toEqual(before);
  });
});
