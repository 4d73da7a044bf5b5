import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { freshEmail, PASSWORD } from './accounts.js';
import { startChromium } from './chromium.js';
import { SampleApp } from './sample-app.js';

/** A request or an answer of the diagram, with the number of its bead; null for none. */
export interface Arrow {
  readonly letter: string;
  readonly bead: number | null;
}

/** What the diagram of an experiment shows. */
export interface Diagram {
  readonly requests: readonly Arrow[];
  readonly answers: readonly (Arrow & { readonly isLost: boolean })[];
  /** The letters of those that are crossed out. */
  readonly refused: readonly string[];
  /** The letters in each circle. */
  readonly batches: readonly string[];
  readonly pauses: number;
  /** The list that tells the same in words. */
  readonly story: readonly string[];
}

const READ_DIAGRAM = `(() => {
  const all = (selector) => [...document.querySelectorAll('#diagram ' + selector)];
  const bead = (group) => Number(group.querySelector('[data-bead]')?.dataset.bead) || null;
  return {
    requests: all('[data-request]').map((each) => ({ letter: each.dataset.request, bead: bead(each) })),
    answers: all('[data-answer]').map((each) => ({ letter: each.dataset.answer, bead: bead(each), isLost: each.querySelector('.torn') !== null })),
    refused: all('[data-request]').filter((each) => each.querySelector('.cross')).map((each) => each.dataset.request),
    batches: all('[data-batch]').map((each) => each.dataset.batch),
    pauses: all('[data-pause]').length,
    story: [...document.querySelectorAll('#story li')].map((each) => each.textContent),
  };
})()`;

/** The page of the sample application in a browser of its own. */
export class SamplePage {
  /** What browsers report as wrong, apart from answers that are refusals. */
  readonly faults: string[] = [];
  /** All tokens that answers have brought. */
  private readonly tokens = new Set<string>();

  constructor(readonly page: Page) {
    page.on('pageerror', ({ message }) => this.faults.push(message));
    page.on('console', (message) => {
      const isRefusal = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isRefusal) this.faults.push(message.text());
    });
    page.on('response', (response) => {
      const token = response.headers()['access-token'];
      if (token) this.tokens.add(token);
    });
  }

  /** Opens it, and waits until it shows who is signed in, or the ways in. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.locator('#account[aria-busy=false]').waitFor();
  }

  /** Fills the fields of a form and submits it. */
  async submit(form: string, values: Record<string, string> = {}, button = 'button[type=submit]'): Promise<void> {
    for (const [name, value] of Object.entries(values)) await this.page.fill(`#${form} [name=${name}]`, value);
    await this.page.click(`#${form} ${button}`);
  }

  /** Makes an account, and is signed in. */
  async signUp(email = freshEmail()): Promise<string> {
    await this.page.click('#tab-sign-up');
    await this.submit('sign-up', { name: 'Ada', email, password: PASSWORD });
    await this.page.locator('#signed-in').waitFor();
    return email;
  }

  /** Sets switches, and waits until the application runs with them. */
  async choose(options: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(options)) {
      if (await this.page.locator(`input[name=${name}][value="${value}"]`).isChecked()) continue;
      const changed = this.page.waitForResponse((response) => response.url().endsWith('/demo/options'));
      await this.page.locator(`label:has(input[name=${name}][value="${value}"])`).click();
      if ((await changed).status() !== 200) throw new Error(`The application has refused ${name}: ${value}.`);
      await this.page.getByText('The application runs with these options now.').waitFor();
    }
  }

  /** Runs an experiment to its end. */
  async run(experiment: string): Promise<Diagram> {
    await this.page.click(`[data-experiment=${experiment}]`);
    await this.page.locator('#status:not(.is-busy)').filter({ hasText: 'Done.' }).waitFor();
    return (await this.page.evaluate(READ_DIAGRAM)) as Diagram;
  }

  /** Opens the link of the newest mail with this subject; where it leads to is a page of its own. */
  async openMail(subject: string): Promise<Page> {
    const opened = this.page.context().waitForEvent('page');
    await this.page
      .getByRole('button', { name: `Open the link of “${subject}”` })
      .first()
      .click();
    const page = await opened;
    await page.waitForLoadState();
    return page;
  }

  /** Throws where something has gone wrong, or where the page holds a token for everybody to see. */
  async throwIfFaulty(): Promise<void> {
    const html = await this.page.content();
    const shown = [...this.tokens].filter((token) => html.includes(token));
    if (shown.length > 0) this.faults.push(`The page shows ${shown.length} tokens.`);
    if (this.faults.length > 0) throw new Error(this.faults.join('\n'));
  }
}

/** The sample application for all tests of a block, with a page of its own for each of them. */
export class SamplePages {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sample-page-'));
  private chromium: Browser | undefined;
  private app: SampleApp | undefined;
  private readonly opened: SamplePage[] = [];

  /** @param variables - of the environment. */
  constructor(variables: Record<string, string>) {
    beforeAll(async () => {
      [this.chromium, this.app] = await Promise.all([
        startChromium(),
        SampleApp.start(this.folder, { DATABASE_URL: 'sqlite::memory:', ...variables }),
      ]);
    });
    afterEach(async () => {
      for (const page of this.opened.splice(0)) {
        await page.throwIfFaulty();
        await page.page.context().close();
      }
    });
    afterAll(async () => {
      await this.chromium?.close();
      await this.app?.stop();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get url(): string {
    return this.app?.url ?? '';
  }

  /** Opens the page in a browser that knows nothing of it. */
  async open(options: BrowserContextOptions = {}): Promise<SamplePage> {
    const context = await this.chromium?.newContext(options);
    if (context === undefined) throw new Error('The browser does not run.');
    context.setDefaultTimeout(20_000);
    const page = new SamplePage(await context.newPage());
    this.opened.push(page);
    await page.open(this.url);
    return page;
  }
}
