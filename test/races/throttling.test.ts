import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendJson } from '../support/client.js';
import { DATABASES } from '../support/databases.js';
import { Cluster } from './cluster.js';
import { PATIENCE, statusesOf } from './race-client.js';

/** How many attempts are made at the same time. */
const VOLLEY = 100;
const ACCOUNT_LIMIT = 10;
const ADDRESS_LIMIT = 50;
const WINDOW = 15 * 60_000;

interface Attempt {
  readonly account: string;
  readonly ip: string;
  readonly password?: 'right';
}

describe.for([...DATABASES])('attempts to sign in at four processes at once (%s)', { timeout: PATIENCE }, (kind) => {
  const auth = { throttleAccountLimit: ACCOUNT_LIMIT, throttleAddressLimit: ADDRESS_LIMIT, throttleWindow: WINDOW };
  let cluster: Cluster<'app'>;
  beforeAll(async () => {
    cluster = await Cluster.start(kind, { apps: { app: auth } });
  });
  afterAll(() => cluster.close());

  /** Makes attempts at the same time; tells how many were admitted. */
  async function volley(count: number, attemptOf: (turn: number) => Attempt): Promise<number> {
    const attempts = Array.from({ length: count }, (_, turn) =>
      sendJson(`${cluster.url('app', turn)}/attempts`, 'POST', attemptOf(turn)),
    );
    const answers = await Promise.all(attempts);
    expect(statusesOf(answers)).toEqual({ 201: count });
    return answers.filter(({ body }) => body.admitted).length;
  }

  it('are admitted up to the limit of their account, in every window', async () => {
    const attemptOf = (turn: number) => ({ account: 'ada@example.com', ip: `198.51.100.${turn}` });
    for (let round = 0; round < 2; round++) {
      expect(await volley(VOLLEY, attemptOf)).toBe(ACCOUNT_LIMIT);
      expect(await volley(4, attemptOf)).toBe(0);
      await cluster.advance(WINDOW);
    }
  });

  it('are admitted up to the limit of their address, in every window', async () => {
    const attemptOf = () => ({ account: '', ip: '192.0.2.1' });
    for (let round = 0; round < 2; round++) {
      expect(await volley(VOLLEY, attemptOf)).toBe(ADDRESS_LIMIT);
      await cluster.advance(WINDOW);
    }
  });

  it('are taken back one by one when their passwords are right', async () => {
    const right = (turn: number): Attempt => ({
      account: `${turn}@example.com`,
      ip: '203.0.113.1',
      password: 'right',
    });
    expect(await volley(ADDRESS_LIMIT, right)).toBe(ADDRESS_LIMIT);
    expect(await volley(VOLLEY, () => ({ account: '', ip: '203.0.113.1' }))).toBe(ADDRESS_LIMIT);
  });
});
