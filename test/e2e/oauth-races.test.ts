import { TokenAuthHooks, type LinkAttempt } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, newAccount } from '../support/accounts.js';
import { onEveryDatabase, User } from '../support/app.js';
import { OauthApp } from '../support/oauth-app.js';
import type { Person } from '../support/oidc.js';

class Hooks extends TokenAuthHooks<User> {
  override mayLink({ user }: LinkAttempt<User>): boolean {
    return user.provider === 'email';
  }
}

onEveryDatabase('callbacks of one person at the same time', (platform) => {
  let oauth: OauthApp;
  beforeAll(async () => {
    oauth = await OauthApp.start(platform, { auth: { hooks: Hooks } });
  });
  afterAll(() => oauth.close());

  /** Brings several browsers to where the provider sends them back, then lets all go on at once. */
  async function together(person: Person, count = 4) {
    const browsers = Array.from({ length: count }, () => oauth.browser());
    const callbacks: string[] = [];
    for (const browser of browsers) callbacks.push(await oauth.untilCallback(person, browser));
    return await Promise.all(browsers.map((browser, index) => browser.go(callbacks[index] ?? '')));
  }

  it.each([
    ['a verified address', { email_verified: true }],
    ['an address that is not verified', { email_verified: false }],
  ])('make one account with %s', async (_, verified) => {
    const signedUp = oauth.record('user.signed_up');
    const linked = oauth.record('identity.linked');
    for (let round = 0; round < 3; round++) {
      const email = freshEmail();
      const sub = `twin-${email}`;
      const arrived = await together({ sub, email, ...verified });
      expect(arrived.map(({ parameters }) => parameters['error'])).toEqual(arrived.map(() => undefined));
      expect((await oauth.users()).filter(({ uid }) => uid === sub)).toHaveLength(1);
      expect((await oauth.identities()).filter(({ subject }) => subject === sub)).toHaveLength(1);
      const registrations = arrived.filter(({ parameters }) => parameters['oauth_registration'] === 'true');
      expect([registrations.length, signedUp.length, linked.length]).toEqual([1, round + 1, 0]);
    }
  });

  it('link an account once', async () => {
    const linked = oauth.record('identity.linked');
    for (let round = 0; round < 3; round++) {
      const { email } = await newAccount(oauth.app);
      const arrived = await together({ sub: `linked-${email}`, email, email_verified: true });
      expect(arrived.map(({ parameters }) => parameters['uid'])).toEqual(arrived.map(() => email));
      expect(linked).toHaveLength(round + 1);
      expect((await oauth.identities()).filter(({ subject }) => subject === `linked-${email}`)).toHaveLength(1);
    }
  });
});
