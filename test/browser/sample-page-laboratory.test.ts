import { describe, expect, it } from 'vitest';
import { ADAPTERS } from '../support/app.js';
import { CHROMIUM } from '../support/chromium.js';
import { SamplePages, type Diagram, type SamplePage } from '../support/sample-page.js';

/** Short, so that the tests need not wait for long; long enough for five requests of a busy machine. */
const BUFFER = { TOKEN_AUTH_BATCH_REQUEST_BUFFER_THROTTLE: '800' };
/** In ms: the experiments wait for batches to close, and the application runs on the clock of the machine. */
const PATIENCE = 60_000;

/** The beads of requests and answers, counted from the first one that was shown. */
function beadsOf({ requests, answers }: Diagram) {
  const first = (requests[0]?.bead ?? NaN) - 1;
  const count = (bead: number | null) => (bead === null ? null : bead - first);
  return { shown: requests.map(({ bead }) => count(bead)), told: answers.map(({ bead }) => count(bead)) };
}

const sorted = (told: readonly (number | null)[]) => [...told].sort((one, other) => (other ?? 0) - (one ?? 0));

describe.skipIf(CHROMIUM === undefined)('the laboratory of the sample page', () => {
  describe.each(ADAPTERS)('on %s', (HTTP_ADAPTER) => {
    const pages = new SamplePages({ HTTP_ADAPTER, ...BUFFER });

    async function signedUp(options: Record<string, string>): Promise<SamplePage> {
      const page = await pages.open();
      await page.choose(options);
      await page.signUp();
      return page;
    }

    it(
      'shows a new token for each request, one for five at once, and the refusal of an old one',
      async () => {
        const page = await signedUp({ batchResponse: 'blank', lostResponse: 'strict' });
        const once = await page.run('one');
        expect(beadsOf(once)).toEqual({ shown: [1], told: [2] });
        expect([once.pauses, once.batches, once.refused]).toEqual([1, [], []]);
        expect(once.story).toEqual([
          expect.stringMatching(/^\d\.\d s pass, and the batch closes\.$/),
          expect.stringMatching(/^Request a: GET \/demo\/members_only, shows token \d+\.$/),
          expect.stringMatching(/^Answer to a, \d+ ms later: 200, brings the new token \d+\.$/),
        ]);

        const five = await page.run('five');
        expect(beadsOf(five).shown).toEqual([1, 1, 1, 1, 1]);
        expect(sorted(beadsOf(five).told)).toEqual([2, null, null, null, null]);
        expect([five.batches, five.refused]).toEqual([['a b c d e'], []]);

        const slow = await page.run('slow');
        expect(beadsOf(slow)).toEqual({ shown: [1, 1, 1, 1, 1], told: [null, 2, null, null, null] });
        expect(slow.answers.map(({ letter }) => letter)).toEqual(['a', 'b', 'c', 'd', 'e']);
        expect(slow.story.filter((line) => line.startsWith('Answer')).map((line) => line[10])).toEqual([
          'b',
          'd',
          'a',
          'e',
          'c',
        ]);
        expect([slow.batches, slow.refused]).toEqual([['a b c d e'], []]);

        const replay = await page.run('replay');
        expect(beadsOf(replay)).toEqual({ shown: [1, 2], told: [null, 3] });
        expect([replay.batches, replay.refused]).toEqual([[], ['a']]);
      },
      PATIENCE,
    );

    it(
      'answers within a batch by what a switch says',
      async () => {
        const page = await signedUp({ batchResponse: 'repeat', lostResponse: 'strict' });
        const five = await page.run('five');
        expect(beadsOf(five)).toEqual({ shown: [1, 1, 1, 1, 1], told: [2, 2, 2, 2, 2] });
        expect(five.batches).toEqual(['a b c d e']);
        await page.choose({ batchResponse: 'blank' });
        expect(sorted(beadsOf(await page.run('five')).told)).toEqual([2, null, null, null, null]);
        await page.page.uncheck('#wait-first');
        expect((await page.run('one')).pauses).toBe(0);
      },
      PATIENCE,
    );

    it(
      'shows a lost response, which costs the session where it is found late and the server is strict',
      async () => {
        const page = await signedUp({ batchResponse: 'blank', lostResponse: 'strict' });
        const soon = await page.run('lose');
        expect(soon.answers.map(({ isLost }) => isLost)).toEqual([true, false, false]);
        expect(beadsOf(soon)).toEqual({ shown: [1, 1, 2], told: [2, 2, null] });
        expect([soon.batches, soon.refused]).toEqual([['a b'], []]);

        await page.page.selectOption('#comes-back', 'late');
        const late = await page.run('lose');
        expect(late.answers.filter(({ isLost }) => isLost).length).toBeGreaterThanOrEqual(2);
        expect(late.refused.length).toBeGreaterThan(0);
        await page.page.getByText('The session has ended: sign in again.').waitFor();
        await page.page.locator('#sign-in').waitFor();
        expect(await page.page.locator('[data-experiment=one]').isDisabled()).toBe(true);
      },
      PATIENCE,
    );

    it(
      'shows that a forgiving server tells the same token again, but refuses one that is older',
      async () => {
        const page = await signedUp({ batchResponse: 'repeat', lostResponse: 'forgiving' });
        await page.page.selectOption('#comes-back', 'late');
        const late = await page.run('lose');
        expect(late.refused).toEqual([]);
        const { shown, told } = beadsOf(late);
        expect([new Set(shown), new Set(told)]).toEqual([new Set([1]), new Set([2])]);
        expect(late.pauses).toBeGreaterThan(0);
        expect(await page.page.locator('#signed-in').isVisible()).toBe(true);

        const newest = late.answers.at(-1)?.bead ?? NaN;
        const replay = await page.run('replay');
        expect(replay.requests[0]?.bead).toBe(newest - 1);
        expect([replay.answers[0]?.bead, replay.refused]).toEqual([newest, []]);
        await page.run('one');
        await page.page.selectOption('#old-token', String(newest - 1));
        expect((await page.run('replay')).refused).toEqual(['a']);
      },
      PATIENCE,
    );
  });
});
