import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { on, onEveryDatabase, type PlatformTests, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, told, type Answer } from '../support/client.js';
import { rotated, startMembers, tampered, type Rotated } from '../support/rotation.js';

/** Which of its tokens a client shows. */
type Shown = 'current' | 'replaced' | 'outdated' | 'first' | 'noise';
/** The 5 s of the batch: just before their end, and at it. */
const WINDOW = { open: 4999, closed: 5000 };

/** What comes of it: who gets which answer, and what becomes of the row. */
type Outcome =
  | 'rotates'
  | 'echoed, nothing written'
  | 'blank, nothing written'
  | 'nothing told, nothing written'
  | 'successor told, batch extended'
  | 'blank, batch extended'
  | 'nothing told, batch extended'
  | 'successor told again, new batch'
  | '401, nothing written'
  | '401, ended';

const MODES = (['blank', 'repeat', 'omit'] as const).flatMap((batchResponse) =>
  (['strict', 'forgiving'] as const).map((lostResponse) => ({ batchResponse, lostResponse })),
);

/** The rules as a table: what is shown and when, from the device that rotated and from another one. */
function expected(shown: Shown, batch: keyof typeof WINDOW, elsewhere: boolean, mode: (typeof MODES)[number]): Outcome {
  const { batchResponse, lostResponse } = mode;
  if (shown === 'noise') return '401, nothing written';
  if (shown === 'outdated' || shown === 'first') return elsewhere ? '401, ended' : '401, nothing written';
  if (shown === 'current') {
    if (batch === 'closed') return 'rotates';
    const answers = { blank: 'blank', repeat: 'echoed', omit: 'nothing told' } as const;
    return `${answers[batchResponse]}, nothing written`;
  }
  if (batch === 'open') {
    const answers = { blank: 'blank', repeat: elsewhere ? 'blank' : 'successor told', omit: 'nothing told' } as const;
    return `${answers[batchResponse]}, batch extended`;
  }
  if (lostResponse === 'forgiving') return 'successor told again, new batch';
  return elsewhere ? '401, ended' : '401, nothing written';
}

const CASES = (['current', 'replaced', 'outdated', 'first', 'noise'] as const).flatMap((shown) =>
  (['open', 'closed'] as const).flatMap((batch) =>
    [false, true].map((elsewhere) => ({ shown, batch, elsewhere, place: elsewhere ? 'another device' : 'its device' })),
  ),
);

const rules: PlatformTests = (platform) => {
  describe.each(MODES)('$batchResponse, $lostResponse', (mode) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startMembers(platform, mode);
    });
    afterAll(() => app.close());

    it.each(CASES)('$shown token, batch $batch, from $place', async ({ shown, batch, elsewhere }) => {
      const { client, tokens } = await rotated(app, 3);
      app.clock.advance(WINDOW[batch]);
      const before = await app.rowOf(client);
      const token = tokenOf(shown, tokens);
      const answer = await client.show(token, '/members', elsewhere ? FROM_ELSEWHERE : {});
      const outcome = outcomeOf(answer, before, await app.rowOf(client), token, tokens, app.clock.now());
      expect(outcome).toBe(expected(shown, batch, elsewhere, mode));
    });
  });
};

onEveryDatabase('the token rules', rules);
on({ adapter: 'fastify', database: 'sqlite' }, 'the token rules', rules);

function tokenOf(shown: Shown, tokens: Rotated['tokens']): string {
  if (shown === 'noise') return tampered(tokens.at(-1) ?? '');
  return tokens.at({ current: -1, replaced: -2, outdated: -3, first: 0 }[shown]) ?? '';
}

type Row = Awaited<ReturnType<TestApp['rowOf']>>;

/** Says what happened in the words of the table; a row that changed in any other way comes out as such. */
function outcomeOf(answer: Answer, before: Row, after: Row, shown: string, tokens: Rotated['tokens'], now: number) {
  const { accessToken, expiry } = answer.auth;
  const what = `${answer.status}, ${told(answer)}`;
  if (before === undefined) return 'no row to begin with';
  if (after === undefined) return what === '401, nothing' ? '401, ended' : `${what}, ended`;
  const changed = Object.keys(before).filter((key) => before[key as keyof Row] !== after[key as keyof Row]);
  const writes = describeWrites(changed, before, after, now);
  if (what === '401, nothing') return `401, ${writes}`;
  if (what === '200, blank') return `blank, ${writes}`;
  if (what === '200, nothing') return `nothing told, ${writes}`;
  if (what !== '200, token' || expiry !== String(after.expiry)) return `${what}, ${writes}`;
  if (accessToken === tokens.at(-1)) {
    if (accessToken === shown) return `echoed, ${writes}`;
    return `successor told${writes === 'new batch' ? ' again' : ''}, ${writes}`;
  }
  const isNew = accessToken !== null && !tokens.includes(accessToken) && after.expiry > before.expiry;
  return isNew && writes === 'next generation' ? 'rotates' : `an outdated token, ${writes}`;
}

function describeWrites(changed: string[], before: NonNullable<Row>, after: NonNullable<Row>, now: number): string {
  const isUntil = after.batchOpenUntil === now + 5000;
  if (changed.length === 0) return 'nothing written';
  if (changed.join() === 'batchOpenUntil' && isUntil) return 'batch extended';
  const opened = isUntil && after.batchStartedAt === now && after.lastUsedAt === now;
  if (changed.sort().join() === 'batchOpenUntil,batchStartedAt,lastUsedAt' && opened) return 'new batch';
  const isNext = after.generation === before.generation + 1 && after.replacedHash === before.tokenHash;
  return opened && isNext ? 'next generation' : `${changed.join()} written`;
}
