import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';
import { kindsOf } from '../support/statements.js';
import { WorkLog } from '../support/work.js';

describe.each([true, false])('with throttleSignIn: %s,', (throttleSignIn) => {
  onEveryDatabase('the work of a sign-in that is refused', (platform) => {
    let mailbox: Mailbox;
    let app: TestApp;
    const log = new WorkLog();
    beforeAll(async () => {
      mailbox = await Mailbox.open();
      const limits = { throttleAccountLimit: 50, maximumAttempts: 3 };
      const flags = { confirmable: true, lockable: true, throttleSignIn };
      app = await TestApp.start(platform, {
        auth: { ...mailbox.options, ...flags, ...limits },
        // With its own clock an application asks the database for the time now and then.
        realTime: true,
        configure: log.configure,
      });
    });
    afterAll(async () => {
      await app.close();
      await mailbox.close();
    });

    async function account(isConfirmed: boolean): Promise<string> {
      const email = freshEmail();
      await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
      if (isConfirmed) await follow(app, await mailbox.linkTo(app, email));
      return email;
    }

    /** The statements of one more attempt: what happens once only has happened. */
    async function workOf(email: unknown, password: unknown = 'wrong'): Promise<string[]> {
      if (throttleSignIn) await signIn(app, { email, password: 'wrong' });
      const { work, answer } = await log.of(app, () => signIn(app, { email, password }));
      expect(answer.status).toBe(401);
      return kindsOf(work);
    }

    it('is the same for an address that nobody has', async () => {
      const [confirmed, unconfirmed, locked] = [await account(true), await account(false), await account(true)];
      for (let turn = 0; turn < 4; turn++) await signIn(app, { email: locked, password: 'wrong' });
      const nobody = await workOf(freshEmail());
      expect(await workOf(confirmed)).toEqual(nobody);
      expect(await workOf(unconfirmed)).toEqual(nobody);
      expect(await workOf(locked)).toEqual(nobody);
      expect(await workOf(locked, PASSWORD)).toEqual(nobody);
      expect(await workOf(freshEmail(), ['wrong'])).toEqual(nobody);
      expect(await workOf(confirmed, { a: 1 })).toEqual(nobody);
    });

    it('is the same for the attempt that locks an account', async () => {
      const [email, other] = [await account(true), await account(true)];
      const nobody = await workOf(freshEmail());
      await signIn(app, { email, password: 'wrong' });
      if (!throttleSignIn) await signIn(app, { email, password: 'wrong' });
      // The third.
      expect(await workOf(email)).toEqual(nobody);
      expect(await workOf(other)).toEqual(nobody);
    });
  });
});
