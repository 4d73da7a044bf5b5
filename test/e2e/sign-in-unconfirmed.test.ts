import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryPlatform, TestApp } from '../support/app.js';
import { told } from '../support/client.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';

const BAD = 'Invalid login credentials. Please try again.';

const refusal = (text: string) => [401, 'nothing', { success: false, errors: [text] }];

describe.each([true, false])('with paranoid: %s,', (paranoid) => {
  onEveryPlatform('signing in before the address is confirmed', (platform) => {
    let mailbox: Mailbox;
    let app: TestApp;
    beforeAll(async () => {
      mailbox = await Mailbox.open();
      const flags = { confirmable: true, lockable: true, maximumAttempts: 3, throttleAccountLimit: 5, paranoid };
      app = await TestApp.start(platform, { auth: { ...mailbox.options, ...flags } });
    });
    afterAll(async () => {
      await app.close();
      await mailbox.close();
    });

    async function unconfirmed(): Promise<string> {
      const email = freshEmail();
      expect((await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE })).status).toBe(200);
      return email;
    }

    async function attempt(email: string, password: string): Promise<unknown[]> {
      const answer = await signIn(app, { email, password });
      return [answer.status, told(answer), answer.body];
    }

    const textFor = (email: string) =>
      paranoid
        ? BAD
        : `A confirmation email was sent to your account at '${email}'. You must follow the instructions in the email before your account can be activated`;

    it(`${paranoid ? 'never tells' : 'tells, after the right password alone,'} that it is not`, async () => {
      const email = await unconfirmed();
      expect(await attempt(email, 'wrong')).toEqual(refusal(BAD));
      expect(await attempt(email, PASSWORD)).toEqual(refusal(textFor(email)));
      expect(await attempt(` ${email.toUpperCase()}`, PASSWORD)).toEqual(refusal(textFor(email)));
      expect(await app.rows()).toEqual([]);
      await follow(app, await mailbox.linkTo(app, email));
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    });

    it('sends no mail', async () => {
      const email = await unconfirmed();
      await attempt(email, PASSWORD);
      expect(await mailbox.mailsTo(app, email)).toHaveLength(1);
    });

    it('locks like any other account, and tells no more then', async () => {
      const email = await unconfirmed();
      for (let turn = 0; turn < 3; turn++) await attempt(email, 'wrong');
      const locked = await attempt(email, PASSWORD);
      expect(locked).toEqual(
        refusal(
          paranoid ? BAD : 'Your account has been locked due to an excessive number of unsuccessful sign in attempts.',
        ),
      );
      expect(await attempt(email, 'wrong')).toEqual(locked);
    });

    it('counts for throttling', async () => {
      const email = await unconfirmed();
      for (let turn = 0; turn < 5; turn++) expect(await attempt(email, PASSWORD)).toEqual(refusal(textFor(email)));
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(429);
    });
  });
});
