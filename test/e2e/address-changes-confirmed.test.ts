import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryPlatform, TestApp, User } from '../support/app.js';
import { ProtocolClient, told, type Answer } from '../support/client.js';
import { follow, Mailbox, PAGE, redirectOf } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';
import { update } from '../support/updates.js';

describe.each([true, false])('with paranoid: %s,', (paranoid) => {
  onEveryPlatform('a change of address that has to be confirmed', (platform) => {
    let mailbox: Mailbox;
    let app: TestApp;
    beforeAll(async () => {
      mailbox = await Mailbox.open();
      const auth = { ...mailbox.options, confirmable: true, paranoid };
      app = await TestApp.start(platform, { auth, controllers: [MembersController] });
    });
    afterAll(async () => {
      await app.close();
      await mailbox.close();
    });

    async function member(): Promise<{ email: string; client: ProtocolClient }> {
      const email = freshEmail();
      await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
      await follow(app, await mailbox.linkTo(app, email));
      const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
      return { email, client: await ProtocolClient.signedIn(app, user) };
    }

    const waiting = async (email: string) => {
      const users = app.dataSource.getRepository(User).createQueryBuilder('user');
      return (await users.addSelect('user.unconfirmedEmail').where({ email }).getOneOrFail()).unconfirmedEmail;
    };

    const subjectsTo = async (email: string) => (await mailbox.mailsTo(app, email)).map(({ subject }) => subject);

    it('waits, with a mail to the new address and a notice to the old one', async () => {
      const { email, client } = await member();
      const next = freshEmail();
      const answer = await update(client, { email: next, confirm_success_url: PAGE, config_name: 'admin' });
      expect([answer.status, told(answer), answer.auth.uid]).toEqual([200, 'token', email]);
      expect(answer.body.data).toMatchObject({ email, uid: email });
      expect(answer.body.data).not.toHaveProperty('unconfirmed_email');
      expect(await waiting(email)).toBe(next);
      expect(await subjectsTo(email)).toEqual(['Confirmation instructions', 'Email Changed']);
      expect((await mailbox.mailTo(app, email)).text).not.toMatch(/https?:/);
      expect(await subjectsTo(next)).toEqual(['Confirmation instructions']);
      const link = await mailbox.linkTo(app, next);
      expect(Object.fromEntries(link.searchParams)).toEqual({
        config: 'admin',
        confirmation_token: expect.any(String),
        redirect_url: PAGE,
      });
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      expect((await signIn(app, { email: next, password: PASSWORD })).status).toBe(401);

      const confirmed = await follow(app, link);
      expect(redirectOf(confirmed).parameters).toEqual({ account_confirmation_success: 'true' });
      app.clock.advance('10s');
      const after = await client.go('/members');
      expect([after.status, after.auth.uid, after.body]).toEqual([200, next, { uid: next }]);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
      expect((await signIn(app, { email: next, password: PASSWORD })).status).toBe(200);
    });

    it('needs no URL to lead to, but none that is not allowed', async () => {
      const { email, client } = await member();
      const refused = await update(client, { email: freshEmail(), redirect_url: 'https://evil.example' });
      expect([refused.status, told(refused), refused.body]).toEqual([
        422,
        'token',
        { success: false, errors: ["Redirect to 'https://evil.example' not allowed."], status: 'error' },
      ]);
      expect(await waiting(email)).toBeNull();
      const next = freshEmail();
      expect((await update(client, { email: next })).status).toBe(200);
      expect((await mailbox.linkTo(app, next)).searchParams.has('redirect_url')).toBe(false);
    });

    it('is taken back by asking for the present address', async () => {
      const { email, client } = await member();
      const next = freshEmail();
      await update(client, { email: next });
      const link = await mailbox.linkTo(app, next);
      const answer = await update(client, { email });
      expect([answer.status, answer.auth.uid, await waiting(email)]).toEqual([200, email, null]);
      expect((await follow(app, link)).status).toBe(404);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      expect(await subjectsTo(email)).toEqual(['Confirmation instructions', 'Email Changed']);
    });

    it('is replaced by a later one, whose link alone works', async () => {
      const { email, client } = await member();
      const [first, second] = [freshEmail(), freshEmail()];
      await update(client, { email: first });
      const dead = await mailbox.linkTo(app, first);
      await update(client, { email: second });
      const alive = await mailbox.linkTo(app, second);
      expect((await follow(app, dead)).status).toBe(404);
      expect(await waiting(email)).toBe(second);
      expect((await follow(app, alive)).status).toBe(200);
      expect((await signIn(app, { email: second, password: PASSWORD })).status).toBe(200);
    });

    it.runIf(paranoid)('answers alike for an address that is taken, and writes to its owner', async () => {
      const [owner, { email, client }] = [(await member()).email, await member()];
      const answer = await update(client, { email: owner });
      app.clock.advance('10s');
      const free = await update(client, { email: freshEmail() });
      const stable = ({ body }: Answer) => ({ ...body, data: { ...body.data, updated_at: '' } });
      expect([answer.status, told(answer), stable(answer)]).toEqual([free.status, told(free), stable(free)]);
      expect(await subjectsTo(owner)).toEqual(['Confirmation instructions', 'You already have an account']);
      expect(await subjectsTo(email)).toEqual(['Confirmation instructions', 'Email Changed', 'Email Changed']);
    });

    it.runIf(!paranoid)('is refused for an address that is taken', async () => {
      const [owner, { client }] = [(await member()).email, await member()];
      const answer = await update(client, { email: owner });
      expect([answer.status, told(answer), answer.body]).toEqual([
        422,
        'token',
        {
          status: 'error',
          errors: { email: ['has already been taken'], full_messages: ['Email has already been taken'] },
        },
      ]);
      expect(await subjectsTo(owner)).toEqual(['Confirmation instructions']);
    });

    it('ends with whoever has got the address meanwhile', async () => {
      const [one, two] = [await member(), await member()];
      const next = freshEmail();
      await update(one.client, { email: next });
      const first = await mailbox.linkTo(app, next);
      await update(two.client, { email: next });
      const second = await mailbox.linkTo(app, next);
      const answers = await Promise.all([follow(app, first), follow(app, second)]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
      expect(await app.dataSource.getRepository(User).countBy({ email: next })).toBe(1);
    });
  });
});
