import { Identities, TokenAuthHooks, type TokenAuthModuleOptions } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signUp } from '../support/accounts.js';
import { onEveryPlatform, User } from '../support/app.js';
import { follow, Mailbox } from '../support/mailbox.js';
import { clientOf, OauthApp, ORIGIN_PAGE } from '../support/oauth-app.js';
import { ask, resetToken, setPassword, twice } from '../support/links.js';
import { update } from '../support/updates.js';
import { expectSignedIn, expectSignedOut } from '../support/visits.js';

class LinkingHooks extends TokenAuthHooks<User> {
  override mayLink(): boolean {
    return true;
  }
}

let serial = 0;

/** Somebody new at the provider. */
function person(email = freshEmail()) {
  return { sub: `somebody-${++serial}`, email, email_verified: true };
}

onEveryPlatform('an account that somebody has made to wait for the owner of an address', (platform) => {
  let mailbox: Mailbox;
  let oauth: OauthApp;

  async function start(auth: Partial<TokenAuthModuleOptions<User>>): Promise<void> {
    mailbox = await Mailbox.open();
    oauth = await OauthApp.start(platform, { auth: { ...mailbox.options, ...auth } });
  }

  afterEach(async () => {
    await oauth.close();
    await mailbox.close();
  });

  const subjects = async () => (await oauth.identities()).map(({ subject }) => subject);

  it('is taken from them, though a provider had verified the address that they had before', async () => {
    await start({ hooks: LinkingHooks });
    const squatter = person();
    const theirs = clientOf(oauth.app, (await oauth.signIn(squatter)).parameters);
    const owner = person();
    expect((await update(theirs, { email: owner.email })).status).toBe(200);
    const own = clientOf(oauth.app, (await oauth.signIn(owner)).parameters);
    await expectSignedOut(oauth.app, theirs);
    await expectSignedIn(oauth.app, own);
    expect(await subjects()).toEqual([owner.sub]);
  });

  it('is none that a letter leads to which only looks alike in lower case', async () => {
    await start({ hooks: LinkingHooks });
    const { email } = await newAccount(oauth.app, 'mike@example.com');
    // The sign of Kelvin, whose lower case is a k.
    const { parameters } = await oauth.signIn(person('mi\u212ae@example.com'));
    expect(parameters).toMatchObject({ oauth_registration: 'true' });
    expect((await oauth.users()).map((user) => user.email)).toEqual([email, null]);
  });

  it('is left to who follows its reset link, with nobody else’s identity', async () => {
    await start({ confirmable: true, requireClientPasswordResetToken: false });
    const email = freshEmail();
    await signUp(oauth.app, { email, password: PASSWORD, confirm_success_url: ORIGIN_PAGE });
    const user = await oauth.app.dataSource.getRepository(User).findOneByOrFail({ email });
    for (const [subject, left] of [
      ['squatter', []],
      ['owner', ['owner']],
    ] as const) {
      await oauth.app.nest.get(Identities).link(user, { provider: 'acme', subject });
      await ask(oauth.app, 'password', { email, redirect_url: ORIGIN_PAGE });
      await follow(oauth.app, await mailbox.linkTo(oauth.app, email));
      expect(await subjects()).toEqual(left);
    }
  });

  it.each([true, false])(
    'is left to who resets its password, with nobody else’s identity (confirmable: %s)',
    async (confirmable) => {
      await start({ confirmable, allowUnconfirmedAccessFor: '1 day' });
      const email = freshEmail();
      await signUp(oauth.app, { email, password: PASSWORD, confirm_success_url: ORIGIN_PAGE });
      const user = await oauth.app.dataSource.getRepository(User).findOneByOrFail({ email });
      await oauth.app.nest.get(Identities).link(user, { provider: 'acme', subject: 'squatter' });
      const reset = async () => {
        const reset_password_token = await resetToken(oauth.app, mailbox, email);
        expect((await setPassword(oauth.app, { reset_password_token, ...twice(PASSWORD) })).status).toBe(200);
      };
      await reset();
      expect(await subjects()).toEqual([]);
      // From now on the address is known to be theirs.
      await oauth.app.nest.get(Identities).link(user, { provider: 'acme', subject: 'owner' });
      await reset();
      expect(await subjects()).toEqual(['owner']);
    },
  );
});
