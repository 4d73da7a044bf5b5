import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAccount } from '../support/accounts.js';
import { on, type TestApp } from '../support/app.js';
import { randomFrom, Walk } from '../support/client-walk.js';
import { startMembers } from '../support/rotation.js';

const RUNS = [
  ['express', 'repeat', 1, 2000],
  ['fastify', 'blank', 2, 10_000],
] as const;

for (const [adapter, batchResponse, seed, count] of RUNS) {
  on({ adapter, database: 'sqlite' }, `a random walk of two tabs, with ${batchResponse}`, (platform) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startMembers(platform, { lostResponse: 'forgiving', batchResponse });
    });
    afterAll(() => app.close());

    describe(`of ${count} requests`, () => {
      it('signs nobody out who has not asked for it', { timeout: 120_000 }, async () => {
        const { email } = await newAccount(app);
        const walk = new Walk(app, randomFrom(seed), email);
        await walk.signIn();
        while (walk.requests < count) await walk.step();
        expect(await walk.outcome()).toEqual([
          [200, email],
          [200, email],
        ]);
        walk.close();
        expect(walk.refusals).toEqual([]);
        expect([...walk.statuses.keys()].toSorted().filter((each) => walk.statuses.get(each))).toEqual(['200', 'lost']);
        expect(walk.lost / count).toBeGreaterThan(0.04);
        expect(walk.signOuts).toBeGreaterThan(0);
        expect(walk.revivals).toBe(0);
      });
    });
  });
}
