import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sendJson, told, type Answer } from '../support/client.js';
import { DATABASES } from '../support/databases.js';
import { Cluster } from './cluster.js';
import {
  expectOneSuccessor,
  PASSWORD,
  PATIENCE,
  RaceClient,
  rounds,
  statusesOf,
  tally,
  times,
  tokensOf,
  VOLLEY,
} from './race-client.js';

const APPS = {
  strict: {},
  repeat: { batchResponse: 'repeat' },
  forgiving: { lostResponse: 'forgiving' },
  lenient: { lostResponse: 'forgiving', batchResponse: 'repeat' },
} as const;

/** Longer than the buffer. */
const LATER = 6000;

/** Sign-ins of one user at the same time, and `maxNumberOfDevices`. */
const SIGN_INS = 30;
const LIMIT = 10;

describe.for([...DATABASES])('four processes on one database (%s)', { timeout: PATIENCE }, (kind) => {
  let cluster: Cluster<keyof typeof APPS>;
  beforeAll(async () => {
    cluster = await Cluster.start(kind, { apps: APPS });
  });
  afterAll(() => cluster.close());
  afterEach(() => cluster.expectNoTroubles());

  async function signedUp(app: keyof typeof APPS): Promise<RaceClient> {
    const client = await RaceClient.signedUp(cluster, app);
    await cluster.advance(LATER);
    return client;
  }

  it('issue exactly one successor and refuse nobody', async () => {
    const client = await signedUp('strict');
    await rounds(async (meeting, round) => {
      await expectOneSuccessor(client, meeting, round);
      await cluster.advance(LATER);
    });
    expect((await client.get()).status).toBe(200);
  });

  it('accept nothing after a sign-out, and no row comes back', async () => {
    await rounds(async (meeting) => {
      const client = await signedUp('strict');
      const { token } = client;
      const signOuts: Promise<Answer>[] = [];
      const late: Promise<Answer[]>[] = [];
      const signOut = async () => {
        const answer = await client.signOut(token);
        // From the moment of the answer nothing is accepted any more.
        late.push(client.volley(times(4, token)));
        return answer;
      };
      const signOutTwice = async () => void signOuts.push(signOut(), signOut());

      const before = client.volley(times(VOLLEY / 2, token), meeting, signOutTwice);
      if (meeting === 'free') await signOutTwice();
      const amid = meeting === 'free' ? client.volley(times(VOLLEY / 2, token)) : Promise.resolve([]);
      const answers = [...(await before), ...(await amid)];

      expect(statusesOf(await Promise.all(signOuts))).toEqual({ 200: 1, 404: 1 });
      expect(statusesOf((await Promise.all(late)).flat())).toEqual({ 401: 8 });
      // What had been accepted before the sign-out was sent stays accepted.
      const allowed = meeting === 'held' ? [200] : [200, 401];
      expect(answers.map(({ status }) => status).filter((status) => !allowed.includes(status))).toEqual([]);
      expect(answers.filter((answer) => told(answer) === 'token').length).toBeLessThanOrEqual(1);
      const refused = answers.filter(({ status }) => status === 401);
      expect(tally(refused.map(told))).toEqual(refused.length === 0 ? {} : { nothing: refused.length });

      const afterwards = await client.volley([token, ...tokensOf(answers)].flatMap((held) => times(4, held)));
      expect(statusesOf(afterwards)).toEqual({ 401: afterwards.length });
      expect(await client.rows()).toEqual([]);
    });
  });

  it("tell everybody the same newest token with batchResponse 'repeat'", async () => {
    const client = await signedUp('repeat');
    await rounds(async (meeting, round) => {
      const shown = client.token;
      const answers = await client.volley(times(VOLLEY, shown), meeting);
      expect(statusesOf(answers)).toEqual({ 200: VOLLEY });
      expect(tally(answers.map(told))).toEqual({ token: VOLLEY });
      const [successor = '', ...others] = tokensOf(answers);
      expect(others).toEqual([]);
      expect(successor).not.toBe(shown);

      const inBatch = await client.volley([...times(VOLLEY / 2, shown), ...times(VOLLEY / 2, successor)], meeting);
      expect(tokensOf(inBatch)).toEqual([successor]);
      expect((await client.row()).generation).toBe(round);
      client.token = successor;
      await cluster.advance(LATER);
    });
  });

  it("never repeat an outdated token when the batch closes while handlers run, with batchResponse 'repeat'", async () => {
    const client = await signedUp('repeat');
    await rounds(async (meeting, round) => {
      const [first = ''] = tokensOf(await client.volley(times(4, client.token)));
      const half = times(VOLLEY / 2, first);
      const late: Promise<Answer[]>[] = [];
      const early = await client.volley(half, 'held', async () => {
        await cluster.advance(LATER);
        late.push(client.volley(half));
        if (meeting === 'free') await late[0];
      });
      const others = (await Promise.all(late)).flat();
      expect(statusesOf([...early, ...others])).toEqual({ 200: VOLLEY });
      const [second = ''] = tokensOf(others).filter((token) => token !== first);
      expect((await client.row()).generation).toBe(round * 2);
      // Where both met, an answer may have left before the rotation with what was shown, which the new batch accepts.
      const told = new Set(meeting === 'free' ? [second] : [first, second]);
      expect(tokensOf([...early, ...others]).filter((token) => !told.has(token))).toEqual([]);
      expect(statusesOf(await client.volley([...times(4, first), ...times(4, second)]))).toEqual({ 200: 8 });
      client.token = second;
      await cluster.advance(LATER);
    });
  });

  it("tell one of many retries the lost successor again with lostResponse 'forgiving'", async () => {
    const client = await signedUp('forgiving');
    await rounds(async (meeting, round) => {
      const shown = client.token;
      const [successor = ''] = tokensOf(await client.volley(times(4, shown)));
      for (let lost = 0; lost < 2; lost++) {
        await cluster.advance(LATER);
        const retries = await client.volley(times(VOLLEY, shown), meeting);
        expect(statusesOf(retries)).toEqual({ 200: VOLLEY });
        expect(tally(retries.map(told))).toEqual({ token: 1, blank: VOLLEY - 1 });
        expect(tokensOf(retries)).toEqual([successor]);
      }
      expect((await client.row()).generation).toBe(round);
      client.token = successor;
      await cluster.advance(LATER);
    });
  });

  it("refuse neither retries nor those who hold the successor with lostResponse 'forgiving'", async () => {
    await rounds(async () => {
      const client = await signedUp('forgiving');
      const shown = client.token;
      const [successor = ''] = tokensOf(await client.volley(times(4, shown)));
      await cluster.advance(LATER);
      const both = Array.from({ length: VOLLEY }, (_, index) => (index % 2 === 0 ? shown : successor));
      const answers = await client.volley(both, 'held');
      expect(statusesOf(answers)).toEqual({ 200: VOLLEY });
      expect((await client.row()).generation).toBe(2);
      const [next = '', ...others] = tokensOf(answers).filter((token) => token !== successor);
      expect(others).toEqual([]);
      expect(next).not.toBe(shown);
      expect(answers.filter(({ auth }) => auth.accessToken === successor).length).toBeLessThanOrEqual(1);
      expect(statusesOf(await client.volley([...times(4, successor), ...times(4, next)]))).toEqual({ 200: 8 });
    });
  });

  it("tell all retries the lost successor again with 'forgiving' and 'repeat'", async () => {
    const client = await signedUp('lenient');
    await rounds(async (meeting, round) => {
      const shown = client.token;
      const [successor = ''] = tokensOf(await client.volley(times(4, shown)));
      await cluster.advance(LATER);
      const retries = await client.volley(times(VOLLEY, shown), meeting);
      expect(tally(retries.map(told))).toEqual({ token: VOLLEY });
      expect(tokensOf(retries)).toEqual([successor]);
      expect((await client.row()).generation).toBe(round);
      client.token = successor;
      await cluster.advance(LATER);
    });
  });

  it(`keep exactly ${LIMIT} of ${SIGN_INS} clients that sign in at once, and all of those work`, async () => {
    for (let round = 0; round < 3; round++) {
      const { uid } = await RaceClient.signedUp(cluster, 'strict');
      await cluster.advance(1000);
      const signIn = async (_: unknown, turn: number) =>
        await sendJson(`${cluster.url('strict', turn)}/auth/sign_in`, 'POST', { email: uid, password: PASSWORD });
      const answers = await Promise.all(Array.from({ length: SIGN_INS }, signIn));
      expect(statusesOf(answers)).toEqual({ 200: SIGN_INS });

      const left = new Set((await cluster.rowsOf({ uid })).map(({ client }) => client));
      expect(left.size).toBe(LIMIT);
      const tries = answers.map(async ({ auth }, turn) => {
        const client = RaceClient.of(cluster, 'strict', auth, turn);
        return { lives: left.has(client.client), status: (await client.get()).status };
      });
      for (const { lives, status } of await Promise.all(tries)) expect(status).toBe(lives ? 200 : 401);
    }
  });
});
