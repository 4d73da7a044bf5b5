import { tokenEntityFor, type AuthToken } from 'nestjs-token-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { MembersController } from '../support/members.js';

const FAR = Number.MAX_SAFE_INTEGER;
/** The last moment that a date can be. */
const LATEST = 8_640_000_000_000_000;

/** What a broken migration, a restored copy or somebody at the database's console may leave behind. */
const DAMAGE: readonly Partial<AuthToken>[] = [
  { tokenHash: '' },
  { tokenHash: 'not hex at all' },
  { replacedHash: '' },
  { tagKey: '' },
  { tagKey: 'not hex at all' },
  { nonce: '' },
  { uid: '' },
  { generation: -1 },
  { generation: 2 ** 31 - 1 },
  { authEpoch: -1 },
  { expiry: 0 },
  { expiry: FAR },
  { batchOpenUntil: LATEST },
  { batchOpenUntil: -1, batchStartedAt: LATEST },
  { createdAt: LATEST },
  { createdAt: -1 },
  { lastUsedAt: LATEST },
  { lastUsedAt: 0 },
  { lifespan: 0 },
  { lifespan: -1 },
  { lifespan: FAR },
  { passwordChangeUntil: -1 },
  { legacyHashes: 'no JSON' },
  { legacyHashes: 'null' },
  { legacyHashes: '{}' },
  { legacyHashes: '[null, 5, "x"]' },
  { ip: '', userAgent: '' },
  { ip: 'no address' },
];

onEveryDatabase('the row of a client that is damaged', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      auth: { batchResponse: 'repeat', lostResponse: 'forgiving', clientLifespan: '10 years' },
      controllers: [MembersController],
    });
  });
  afterAll(() => app.close());

  describe.each(DAMAGE.map((damage) => [JSON.stringify(damage), damage] as const))('in %s', (_, damage) => {
    it('is refused or serves, and never fails a request', async () => {
      const client = await ProtocolClient.signedIn(app);
      const first = client.token;
      await client.go('/members');
      await app.dataSource
        .getRepository(tokenEntityFor(User))
        .update({ client: client.headers['client'] ?? '' }, damage as object);
      const noise = 'x'.repeat(22);
      for (const at of ['in a batch', 'after it']) {
        if (at === 'after it') app.clock.advance('10s');
        for (const token of [client.token, first, noise]) {
          for (const path of ['/members', '/members?unbatch=1', '/auth/clients', '/auth/validate_token']) {
            const { status } = await client.show(token, path);
            const allowed = token === noise ? [401] : [200, 401];
            expect([at, path, allowed.includes(status) || status]).toEqual([at, path, true]);
          }
        }
      }
      expect([200, 404]).toContain((await client.peek('/auth/sign_out', { method: 'DELETE' })).status);
    });
  });
});
