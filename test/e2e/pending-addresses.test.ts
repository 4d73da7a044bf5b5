import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryPlatform, TestApp, User } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { resetToken, setPassword, twice } from '../support/links.js';
import { follow, Mailbox, PAGE, redirectOf } from '../support/mailbox.js';
import { update } from '../support/updates.js';

const NEW_PASSWORD = 'battery staple';

/** Whoever was in the account before its owner took it back must not get in again by a link that waits in another mailbox. */
onEveryPlatform('an address that waits for its confirmation', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, { auth: { ...mailbox.options, confirmable: true } });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  /** An account, and the link by which it would get another address. */
  async function waiting() {
    const [email, next] = [freshEmail(), freshEmail()];
    await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
    await follow(app, await mailbox.linkTo(app, email));
    const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
    const intruder = await ProtocolClient.signedIn(app, user);
    expect((await update(intruder, { email: next, confirm_success_url: PAGE })).status).toBe(200);
    return { email, next, user, link: await mailbox.linkTo(app, next) };
  }

  async function expectRefused(link: URL, email: string): Promise<void> {
    const { parameters } = redirectOf(await follow(app, link));
    expect(parameters).toEqual({ account_confirmation_success: 'false' });
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
  }

  it('is given up by a reset', async () => {
    const { email, link } = await waiting();
    const token = await resetToken(app, mailbox, email);
    expect((await setPassword(app, { reset_password_token: token, ...twice(NEW_PASSWORD) })).status).toBe(200);
    await expectRefused(link, email);
  });

  it('is given up by a change of the password', async () => {
    const { email, user, link } = await waiting();
    const owner = await ProtocolClient.signedIn(app, user);
    expect((await update(owner, twice(NEW_PASSWORD))).status).toBe(200);
    await expectRefused(link, email);
  });

  it('may come with a new password', async () => {
    const { next, user, link } = await waiting();
    const owner = await ProtocolClient.signedIn(app, user);
    expect((await update(owner, { email: next, ...twice(NEW_PASSWORD), confirm_success_url: PAGE })).status).toBe(200);
    const confirmed = await follow(app, await mailbox.linkTo(app, next));
    expect(redirectOf(confirmed).parameters).toEqual({ account_confirmation_success: 'true' });
    expect(redirectOf(await follow(app, link)).parameters).toEqual({ account_confirmation_success: 'false' });
    expect((await signIn(app, { email: next, password: NEW_PASSWORD })).status).toBe(200);
  });
});
