import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryAdapter, type TestApp } from '../support/app.js';
import { signedIn, Wire } from '../support/client-app.js';
import { startMembers } from '../support/rotation.js';

onEveryAdapter('a client that follows its token', (platform) => {
  describe.each(['blank', 'repeat', 'omit'] as const)('with %s', (batchResponse) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await startMembers(platform, { batchResponse });
    });
    afterAll(() => app.close());

    it('shows the newest token', async () => {
      const { client, wire } = await signedIn(app);
      for (let round = 0; round < 5; round++) {
        expect((await client.fetch('/members')).status).toBe(200);
        app.clock.advance('10s');
      }
      expect(new Set(wire.sent.map(({ token }) => token)).size).toBe(5);
    });

    it('shares a token among requests at the same time', async () => {
      const { client, wire } = await signedIn(app);
      for (let round = 0; round < 3; round++) {
        const answers = await Promise.all(Array.from({ length: 6 }, () => client.fetch('/members')));
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
        app.clock.advance('10s');
      }
      expect(new Set(wire.sent.map(({ token }) => token)).size).toBe(3);
      expect(wire.sent).toHaveLength(18);
    });

    it('gets a token that was lost', async () => {
      const { client, wire } = await signedIn(app);
      wire.fate = (_, pass) => Wire.lose(pass);
      await expect(client.fetch('/members')).rejects.toThrow(TypeError);
      wire.fate = (_, pass) => pass();
      await client.fetch('/members');
      await client.validate();
      app.clock.advance('10s');
      expect((await client.fetch('/members')).status).toBe(200);
      expect(client.isSignedIn).toBe(true);
    });
  });
});
