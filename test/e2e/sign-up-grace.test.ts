import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialsOf, freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryPlatform, onEveryServer, TestApp } from '../support/app.js';
import { send, told } from '../support/client.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';

const body = (email: string) => ({ email, password: PASSWORD, confirm_success_url: PAGE });
const REFUSAL = { success: false, errors: ['Invalid login credentials. Please try again.'] };

onEveryPlatform('an account that may be used for a while before its address is confirmed', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const auth = { ...mailbox.options, confirmable: true, allowUnconfirmedAccessFor: '2 days' as const };
    app = await TestApp.start(platform, { auth, controllers: [MembersController] });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  it('is signed in by the sign-up, which mails the link all the same', async () => {
    const email = freshEmail();
    const answer = await signUp(app, body(email));
    expect([answer.status, told(answer), answer.body.data.uid]).toEqual([200, 'token', email]);
    expect((await send(`${app.url}/members`, { headers: credentialsOf(answer) })).status).toBe(200);
    expect((await mailbox.mailTo(app, email)).subject).toBe('Confirmation instructions');
  });

  it('can be signed in to until that time is over, and again once it is confirmed', async () => {
    const email = freshEmail();
    await signUp(app, body(email));
    app.clock.advance(2 * 86_400_000 - 1);
    const last = await signIn(app, { email, password: PASSWORD });
    expect([last.status, told(last)]).toEqual([200, 'token']);
    app.clock.advance(1);
    const refused = await signIn(app, { email, password: PASSWORD });
    expect([refused.status, told(refused), refused.body]).toEqual([401, 'nothing', REFUSAL]);
    // Who is signed in stays so.
    expect((await send(`${app.url}/members`, { headers: credentialsOf(last) })).status).toBe(200);
    await follow(app, await mailbox.linkTo(app, email));
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('tells that an address is taken: it could not pretend to sign in', async () => {
    const email = freshEmail();
    await signUp(app, body(email));
    const again = await signUp(app, body(email));
    expect([again.status, told(again), again.body.errors.email]).toEqual([422, 'nothing', ['has already been taken']]);
  });
});

onEveryPlatform('an account that may be used unconfirmed without end', (platform) => {
  it('can be signed in to years later', async () => {
    const mailbox = await Mailbox.open();
    const auth = { ...mailbox.options, confirmable: true, allowUnconfirmedAccessFor: null };
    const app = await TestApp.start(platform, { auth });
    try {
      const email = freshEmail();
      expect(told(await signUp(app, body(email)))).toBe('token');
      app.clock.advance('3 years');
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    } finally {
      await app.close();
      await mailbox.close();
    }
  });
});

onEveryServer('an account that may be used for a while, in a database of another time zone', (platform) => {
  it.each(['+09:00', '-09:00'])('is used no shorter and no longer: %s', async (zone) => {
    const mailbox = await Mailbox.open();
    const auth = { ...mailbox.options, confirmable: true, allowUnconfirmedAccessFor: '1h' as const };
    const hours = Number(zone.slice(0, 3));
    const extra =
      platform.database === 'postgres'
        ? { options: `-c TimeZone=<x>${-hours}` }
        : { sessionVariables: { time_zone: zone } };
    const app = await TestApp.start(platform, { auth, dataSource: { extra } as never });
    try {
      if (platform.database === 'mysql') await app.dataSource.query(`SET time_zone = '${zone}'`);
      const email = freshEmail();
      await signUp(app, body(email));
      app.clock.advance('59m');
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      app.clock.advance('1m');
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    } finally {
      await app.close();
      await mailbox.close();
    }
  });
});
