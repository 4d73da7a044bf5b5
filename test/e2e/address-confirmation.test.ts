import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryPlatform, TestApp, User } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { resetToken, setPassword, twice } from '../support/links.js';
import { follow, Mailbox, PAGE, redirectOf } from '../support/mailbox.js';

onEveryPlatform('an address that replaces another once it is confirmed', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let email: string;
  let wanted: string;
  let client: ProtocolClient;
  let other: ProtocolClient;
  let link: URL;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, { auth: { ...mailbox.options, confirmable: true } });
  });
  beforeEach(async () => {
    [email, wanted] = [freshEmail(), freshEmail()];
    await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
    await follow(app, await mailbox.linkTo(app, email));
    const user = await app.dataSource.getRepository(User).findOneBy({ email });
    client = await ProtocolClient.signedIn(app, user);
    other = await ProtocolClient.signedIn(app, user);
    await want(wanted);
    link = await mailbox.linkTo(app, wanted);
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const want = (address: string) =>
    client.go('/auth', {
      method: 'PUT',
      body: JSON.stringify({ email: address, confirm_success_url: PAGE }),
      headers: { 'content-type': 'application/json' },
    });
  const outcome = async (url = link) => redirectOf(await follow(app, url)).parameters['account_confirmation_success'];
  const stored = async () =>
    await app.dataSource
      .getRepository(User)
      .createQueryBuilder('user')
      .addSelect('user.unconfirmedEmail')
      .where({ id: (await client.peek('/auth/validate_token')).body.data.id })
      .getOneOrFail();

  it('changes nothing before', async () => {
    expect(await stored()).toMatchObject({ email, uid: email, unconfirmedEmail: wanted });
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    expect((await signIn(app, { email: wanted, password: PASSWORD })).status).toBe(401);
  });

  it('becomes address and uid, and the clients go on', async () => {
    for (let visit = 0; visit < 3; visit++) expect(await outcome()).toBe('true');
    expect(await stored()).toMatchObject({ email: wanted, uid: wanted, unconfirmedEmail: null });
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    expect((await signIn(app, { email: wanted, password: PASSWORD })).status).toBe(200);
    for (const each of [client, other]) {
      app.clock.advance('10s');
      const answer = await each.go('/auth/validate_token');
      expect([answer.status, told(answer), answer.auth.uid, answer.body.data.email]).toEqual([
        200,
        'token',
        wanted,
        wanted,
      ]);
      app.clock.advance('10s');
      expect((await each.go('/auth/validate_token')).status).toBe(200);
    }
  });

  it('says so to everybody who follows the link at the same time', async () => {
    expect(await Promise.all([outcome(), outcome(), outcome(), outcome()])).toEqual(Array(4).fill('true'));
    expect(await stored()).toMatchObject({ email: wanted, unconfirmedEmail: null });
  });

  it('takes links that reset the password of the old address out of service', async () => {
    const token = await resetToken(app, mailbox, email);
    expect(await outcome()).toBe('true');
    expect((await setPassword(app, { ...twice('a new password'), reset_password_token: token })).status).toBe(401);
  });

  it('does not when somebody else has got it meanwhile', async () => {
    await app.user({ email: wanted, uid: wanted });
    for (let visit = 0; visit < 2; visit++) expect(await outcome()).toBe('false');
    expect(await stored()).toMatchObject({ email, uid: email });
    expect((await client.go('/auth/validate_token')).status).toBe(200);
  });

  it('does not when the password is reset meanwhile: who wanted it may have been a thief', async () => {
    const token = await resetToken(app, mailbox, email);
    expect((await setPassword(app, { ...twice('a new password'), reset_password_token: token })).status).toBe(200);
    expect(await outcome()).toBe('false');
    expect((await signIn(app, { email, password: 'a new password' })).status).toBe(200);
  });

  it('does not when it is wanted no more', async () => {
    expect((await want(email)).status).toBe(200);
    expect(await outcome()).toBe('false');
    expect(await stored()).toMatchObject({ email, unconfirmedEmail: null });
  });

  it('does not when another one is wanted meanwhile, whose link works', async () => {
    const third = freshEmail();
    expect((await want(third)).status).toBe(200);
    expect([await outcome(), await outcome(await mailbox.linkTo(app, third))]).toEqual(['false', 'true']);
    expect(await stored()).toMatchObject({ email: third, uid: third, unconfirmedEmail: null });
  });
});
