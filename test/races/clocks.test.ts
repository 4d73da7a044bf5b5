import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { onEveryServer } from '../support/app.js';
import { told } from '../support/client.js';
import { Cluster } from './cluster.js';
import { expectOneSuccessor, PATIENCE, RaceClient, rounds, statusesOf, tally, times, tokensOf } from './race-client.js';

/** Longer than the buffer, shorter than buffer and skew together. */
const LATER = 6000;
const SKEW = 10_000;

// A SQLite file is shared by processes of one computer, which have one clock.
onEveryServer('processes whose clocks differ', ({ database }) => {
  let cluster: Cluster<'app'>;
  beforeAll(async () => {
    cluster = await Cluster.start(database, { apps: { app: {} }, clock: 'system', skews: [0, SKEW] });
  });
  afterAll(() => cluster.close());
  afterEach(() => cluster.expectNoTroubles());

  it('agree on when a batch is open', { timeout: PATIENCE }, async () => {
    const client = await RaceClient.signedUp(cluster, 'app');
    expect(tally((await client.volley(times(4, client.token))).map(told))).toEqual({ blank: 4 });
    await cluster.age(client.client, LATER);
    await rounds(async (meeting, round) => {
      await expectOneSuccessor(client, meeting, round);
      await cluster.age(client.client, LATER);
    });
  });

  it('agree on when a batch has closed', async () => {
    const client = await RaceClient.signedUp(cluster, 'app');
    await cluster.age(client.client, LATER);
    // One process rotates, and each of them refuses what has been replaced.
    for (const who of ['the punctual process', 'the process that is ahead']) {
      const shown = client.token;
      const [next = ''] = tokensOf([await client.get(shown)]);
      expect(next, `${who} rotates`).not.toBe('');
      await cluster.age(client.client, LATER);
      client.token = next;
      expect(statusesOf(await client.volley(times(4, shown)))).toEqual({ 401: 4 });
    }
    const troubles = await cluster.takeTroubles();
    expect(troubles.map(({ event }) => event)).toEqual(Array(8).fill('token.reused'));
  });
});
