import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { SlowHasher } from '../support/slow-hasher.js';
import { clientsOf, update } from '../support/updates.js';

const NEXT = 'another horse';

onEveryDatabase('a client that is ended while it changes its account', (platform) => {
  let app: TestApp;
  let beforeEndpoint: (() => Promise<void>) | null = null;
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      auth: { passwordHasher: SlowHasher },
      configure: (nest) =>
        nest.useGlobalInterceptors({
          intercept: async (_, next) => {
            await beforeEndpoint?.();
            return next.handle();
          },
        }),
    });
  });
  afterAll(() => app.close());

  /** What a password change does first, and what ends its clients: their rows are only cleaned up later. */
  const raiseEpoch = async (email: string) =>
    void (await app.dataSource.getRepository(User).increment({ email }, 'authEpoch', 1));

  describe.each([
    ['the password', () => ({ password: NEXT, current_password: PASSWORD })],
    ['the address', () => ({ email: freshEmail(), current_password: PASSWORD })],
  ])('changes nothing of %s', (_, bodyOf) => {
    it('when that happens before the account is looked at', async () => {
      const { email, own } = await clientsOf(app);
      beforeEndpoint = () => raiseEpoch(email);
      const answer = await update(own, bodyOf());
      beforeEndpoint = null;
      expect(answer.status).toBe(404);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    });

    it('when that happens afterwards', async () => {
      const { email, own } = await clientsOf(app);
      const latch = SlowHasher.holdNext(app, PASSWORD);
      const updating = update(own, bodyOf());
      await latch.reached;
      await raiseEpoch(email);
      latch.release();
      const answer = await updating;
      expect(answer.status).toBe(404);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    });
  });
});
