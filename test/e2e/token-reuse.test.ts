import { TokenAuthEvents, type TokenAuthEventMap } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, told } from '../support/client.js';
import { rotated, startMembers } from '../support/rotation.js';

const DAY = 86_400_000;
const REFUSAL = { errors: ['You need to sign in or sign up before continuing.'] };

/** Collects what an application reports of reused tokens. */
function reuses(app: TestApp): TokenAuthEventMap['token.reused'][] {
  const seen: TokenAuthEventMap['token.reused'][] = [];
  app.nest.get(TokenAuthEvents).on('token.reused', (event) => seen.push(event));
  return seen;
}

onEveryDatabase('a token shown after its time', (platform) => {
  describe("with onTokenReuse 'revoke', the default", () => {
    let app: TestApp;
    let seen: TokenAuthEventMap['token.reused'][];
    beforeAll(async () => {
      app = await startMembers(
        platform,
        {},
        { configure: (nest) => nest.getHttpAdapter().getInstance().set('trust proxy', true) },
      );
      seen = reuses(app);
    });
    afterAll(() => app.close());
    beforeEach(() => void seen.splice(0));

    const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } });
    /** A client that rotated twice at an address; its tokens are outdated, replaced, current. */
    async function rotatedAt(ip: string) {
      const client = await ProtocolClient.signedIn(app);
      const tokens = [client.token];
      for (let round = 0; round < 2; round++) {
        await client.go('/members', from(ip));
        tokens.push(client.token);
        app.clock.advance('5s');
      }
      return { client, tokens };
    }

    it.each<[string, rotatedFrom: string, shownFrom: string, revoked: boolean]>([
      ['the same address', '192.0.2.1', '192.0.2.1', false],
      ['the same IPv4 /24', '192.0.2.1', '192.0.2.254', false],
      ['the same address in IPv6', '192.0.2.1', '::ffff:192.0.2.1', false],
      ['another IPv4 /24', '192.0.2.1', '192.0.3.1', true],
      ['the same IPv6 /64', '2001:db8:0:1::1', '2001:db8:0:1:ffff::9', false],
      ['another IPv6 /64', '2001:db8:0:1::1', '2001:db8:0:2::1', true],
    ])('shown again from %s', async (_, rotatedFrom, shownFrom, revoked) => {
      for (const index of [0, 1]) {
        const { client, tokens } = await rotatedAt(rotatedFrom);
        const before = await app.rowOf(client);
        const answer = await client.show(tokens[index] ?? '', '/members', from(shownFrom));
        expect([answer.status, answer.body, told(answer)]).toEqual([401, REFUSAL, 'nothing']);
        expect(seen.splice(0)).toMatchObject([{ revoked, origin: { ip: shownFrom, userAgent: 'node' } }]);
        expect(await app.rowOf(client)).toEqual(revoked ? undefined : before);
        expect((await client.peek('/members', from(rotatedFrom))).status).toBe(revoked ? 401 : 200);
      }
    });

    it('reports who was affected, without a secret', async () => {
      const { client, tokens } = await rotated(app, 2);
      const row = await app.rowOf(client);
      await client.show(tokens[0] ?? '', '/members', FROM_ELSEWHERE);
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({
        user: { uid: client.headers['uid'] },
        client: { id: row?.id, userAgent: 'node' },
        origin: { userAgent: 'Elsewhere/1.0' },
        revoked: true,
      });
      const report = JSON.stringify(seen);
      for (const secret of [...tokens, row?.tokenHash, row?.replacedHash, row?.tagKey, row?.nonce]) {
        expect(report).not.toContain(secret);
      }
      expect((await client.show(tokens[0] ?? '', '/members', FROM_ELSEWHERE)).status).toBe(401);
      expect(seen).toHaveLength(1);
    });

    it('says nothing of a client that has expired', async () => {
      const { client, tokens } = await rotated(app, 2);
      app.clock.advance(14 * DAY);
      expect((await client.show(tokens[0] ?? '', '/members', FROM_ELSEWHERE)).status).toBe(401);
      expect(seen).toEqual([]);
      expect(await app.rowOf(client)).toBeDefined();
    });

    it('wants the right uid before it ends anything', async () => {
      const { client, tokens } = await rotated(app, 2);
      const headers = { ...FROM_ELSEWHERE.headers, uid: 'nobody@example.com' };
      expect((await client.show(tokens[0] ?? '', '/members', { headers })).status).toBe(401);
      expect(seen).toEqual([]);
      expect((await client.go('/members')).status).toBe(200);
    });

    it("takes a token of one client for noise at another's", async () => {
      const one = await rotated(app, 2);
      const two = await rotated(app, 2);
      const [rows] = [await app.rows()];
      for (const token of one.tokens) {
        expect((await two.client.show(token, '/members', FROM_ELSEWHERE)).status).toBe(401);
      }
      expect(await app.rows()).toEqual(rows);
      expect(seen).toEqual([]);
    });
  });

  describe("with onTokenReuse 'reject'", () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startMembers(platform, { onTokenReuse: 'reject' });
    });
    afterAll(() => app.close());

    it('never ends a client', async () => {
      const seen = reuses(app);
      const { client, tokens } = await rotated(app, 2);
      app.clock.advance('5s');
      const before = await app.rowOf(client);
      for (const token of tokens.slice(0, 2)) {
        expect((await client.show(token, '/members', FROM_ELSEWHERE)).status).toBe(401);
        expect((await client.show(token, '/members')).status).toBe(401);
      }
      expect(seen.map(({ revoked }) => revoked)).toEqual([false, false, false, false]);
      expect(await app.rowOf(client)).toEqual(before);
      expect((await client.go('/members')).status).toBe(200);
    });
  });
});
