import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryDatabase, User, type TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { startMembers } from '../support/rotation.js';

const REFUSAL = { errors: ['You need to sign in or sign up before continuing.'] };
const DAY = 86_400_000;

onEveryDatabase('refusals', (platform) => {
  describe('of those who are not signed in', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startMembers(platform, { tokenLifespan: '14 days', clientLifespan: '20 days' });
    });
    afterAll(() => app.close());

    /** Sends a request with other headers and tells what came of it. */
    async function attempt(client: ProtocolClient, headers: Record<string, string> = {}) {
      const before = await app.rowOf(client);
      const { status, body, ...answer } = await client.peek('/members', { headers });
      const isUntouched = before !== undefined && isDeepStrictEqual(before, await app.rowOf(client));
      return { status, body, told: told({ status, body, ...answer }), isUntouched };
    }

    const REFUSED = { status: 401, body: REFUSAL, told: 'nothing', isUntouched: true };

    it('nobody knows this uid', async () => {
      expect(await attempt(await ProtocolClient.signedIn(app), { uid: 'nobody@example.com' })).toEqual(REFUSED);
    });

    it("somebody else's uid", async () => {
      const other = await ProtocolClient.signedIn(app);
      expect(await attempt(await ProtocolClient.signedIn(app), { uid: other.headers['uid'] ?? '' })).toEqual(REFUSED);
    });

    it('the uid in another case, or with a space', async () => {
      const client = await ProtocolClient.signedIn(app);
      expect(await attempt(client, { uid: client.headers['uid']?.toUpperCase() ?? '' })).toEqual(REFUSED);
      expect(await attempt(client, { uid: `${client.headers['uid']}%20` })).toEqual(REFUSED);
    });

    it('nobody knows this client', async () => {
      expect(await attempt(await ProtocolClient.signedIn(app), { client: 'f'.repeat(32) })).toEqual(REFUSED);
    });

    it('the client in another case, or with a space', async () => {
      const client = await ProtocolClient.signedIn(app);
      expect(await attempt(client, { client: client.headers['client']?.toUpperCase() ?? '' })).toEqual(REFUSED);
      expect(await attempt(client, { client: `${client.headers['client']} x` })).toEqual(REFUSED);
    });

    it("another client's token, of the same user", async () => {
      const user = await app.user();
      const other = await ProtocolClient.signedIn(app, user);
      expect(await attempt(await ProtocolClient.signedIn(app, user), { 'access-token': other.token })).toEqual(REFUSED);
    });

    it.each(['x', 'x'.repeat(70), 'A'.repeat(70)])('noise as a token: %s', async (token) => {
      expect(await attempt(await ProtocolClient.signedIn(app), { 'access-token': token })).toEqual(REFUSED);
    });

    it('a client that has not been used for its lifespan', async () => {
      const client = await ProtocolClient.justSignedIn(app);
      app.clock.advance(14 * DAY - 1);
      expect((await client.go('/members')).status).toBe(200);
      app.clock.advance(14 * DAY);
      expect(await attempt(client)).toEqual(REFUSED);
    });

    it('a client at its absolute end, however much it is used', async () => {
      const client = await ProtocolClient.justSignedIn(app);
      app.clock.advance(10 * DAY);
      expect((await client.go('/members')).status).toBe(200);
      app.clock.advance(10 * DAY - 1);
      expect((await client.go('/members')).status).toBe(200);
      app.clock.advance(1);
      expect(await attempt(client)).toEqual(REFUSED);
    });

    it("a client whose user's auth epoch has moved on", async () => {
      const user = await app.user();
      const client = await ProtocolClient.signedIn(app, user);
      await app.dataSource.getRepository(User).increment({ id: user.id }, 'authEpoch', 1);
      expect(await attempt(client)).toEqual(REFUSED);
    });
  });

  describe('of another uid, after the user has got a new one', () => {
    let app: TestApp;
    let user: User;
    let client: ProtocolClient;
    beforeAll(async () => {
      app = await startMembers(platform);
    });
    afterAll(() => app.close());
    beforeEach(async () => {
      user = await app.user({ uid: `first-${Math.random()}@example.com` });
      client = await ProtocolClient.signedIn(app, user);
    });

    const rename = async (uid: string) => {
      await app.dataSource.getRepository(User).update(user.id, { uid });
      return uid;
    };
    const status = async (uid: string) => (await client.peek('/members', { headers: { uid } })).status;

    it('takes the one the client was told, and the new one, and tells the new one', async () => {
      const first = user.uid;
      const second = await rename(`second-${Math.random()}@example.com`);
      expect([await status(first), client.headers['uid']]).toEqual([200, first]);

      client = await ProtocolClient.signedIn(app, user);
      await rename(second);
      const answer = await client.go('/members', { headers: { uid: second } });
      expect([answer.status, answer.auth.uid]).toEqual([200, second]);
      // A response that was on its way may tell the old one once more.
      expect([await status(first), await status(second), await status('nobody')]).toEqual([200, 200, 401]);
      app.clock.advance('10s');
      await client.go('/members');
      expect([await status(first), await status(second), await status('nobody')]).toEqual([200, 200, 401]);
    });

    it('forgets a uid that was told two uids ago', async () => {
      const uids = [user.uid];
      for (const name of ['second', 'third']) {
        uids.push(await rename(`${name}-${Math.random()}@example.com`));
        app.clock.advance('10s');
        expect((await client.go('/members')).auth.uid).toBe(uids.at(-1));
      }
      expect(await Promise.all(uids.map(status))).toEqual([401, 200, 200]);
    });

    it("does not let somebody else in who has taken the user's former uid", async () => {
      const former = user.uid;
      await rename(`renamed-${Math.random()}@example.com`);
      const heir = await ProtocolClient.signedIn(app, await app.user({ uid: former }));
      const answer = await client.show(heir.token, '/members', { headers: { uid: former } });
      expect(answer.status).toBe(401);
      expect((await heir.go('/members')).body).toEqual({ uid: former });
    });
  });
});
