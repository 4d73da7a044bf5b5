import { Identities, TokenAuthHooks, type LinkAttempt, type TokenAuthModuleOptions } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryPlatform, User } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { follow, Mailbox } from '../support/mailbox.js';
import { clientOf, OauthApp, ORIGIN_PAGE } from '../support/oauth-app.js';
import { resetToken, setPassword, twice } from '../support/links.js';
import { expectSignedIn, expectSignedOut } from '../support/visits.js';

const asked: LinkAttempt[] = [];

class LinkingHooks extends TokenAuthHooks<User> {
  override mayLink(attempt: LinkAttempt<User>): boolean {
    asked.push(attempt);
    return attempt.user.name !== 'Nobody else';
  }
}

let serial = 0;

/** Somebody new at the provider. */
function person(email: string, isVerified = true) {
  return { sub: `person-${++serial}`, email, email_verified: isVerified };
}

onEveryPlatform('whose account it is that a provider signs in to', (platform) => {
  let mailbox: Mailbox;
  let oauth: OauthApp;

  async function start(auth: Partial<TokenAuthModuleOptions<User>>): Promise<void> {
    mailbox = await Mailbox.open();
    oauth = await OauthApp.start(platform, { auth: { ...mailbox.options, ...auth } });
  }

  async function stop(): Promise<void> {
    await oauth.close();
    await mailbox.close();
  }

  async function userAt(email: string): Promise<User> {
    return await oauth.app.dataSource.getRepository(User).findOneByOrFail({ email });
  }

  describe('without a word of the application', () => {
    beforeAll(() => start({}));
    afterAll(stop);

    it('is none that there was: who has proven the address is told that it has one', async () => {
      const { email } = await newAccount(oauth.app);
      const { to, parameters } = await oauth.signIn(person(email.toUpperCase()));
      expect(to).toBe(ORIGIN_PAGE);
      expect(parameters).toEqual({
        error: `An account already exists for '${email}'`,
        error_code: 'account_exists',
        blank: 'true',
      });
      expect(await oauth.identities()).toEqual([]);
      expect((await signIn(oauth.app, { email, password: PASSWORD })).status).toBe(200);
    });

    it('is a new one where the provider has not verified the address, which is then nobody’s', async () => {
      const { email } = await newAccount(oauth.app);
      for (const each of [person(email, false), { sub: 'silent', email }]) {
        const { parameters } = await oauth.signIn(each);
        expect(parameters).toMatchObject({ oauth_registration: 'true', uid: each.sub });
        const user = await oauth.app.dataSource.getRepository(User).findOneByOrFail({ uid: each.sub });
        expect(user).toMatchObject({ email: null, provider: 'acme' });
      }
      expect((await userAt(email)).provider).toBe('email');
      expect(await mailbox.mailsTo(oauth.app, email)).toEqual([]);
    });

    it('is one without an address where the provider tells none, or none that is one', async () => {
      for (const email of [undefined, 'no address', 'a@b', `${'a'.repeat(300)}@example.com`]) {
        const { parameters } = await oauth.signIn({ ...person(''), ...(email === undefined ? {} : { email }) });
        expect(parameters).toMatchObject({ oauth_registration: 'true' });
      }
      const latest = (await oauth.users()).slice(-4);
      expect(latest.map(({ email }) => email)).toEqual([null, null, null, null]);
    });

    it('stays the same when the address at the provider changes', async () => {
      const ada = person(freshEmail());
      await oauth.signIn(ada);
      const { email } = await newAccount(oauth.app);
      expect((await oauth.signIn({ ...ada, email })).parameters).toMatchObject({ uid: ada.sub, blank: 'true' });
      expect((await userAt(ada.email)).uid).toBe(ada.sub);
      const identity = (await oauth.identities()).find(({ subject }) => subject === ada.sub);
      expect(identity).toMatchObject({ email });
    });

    it('is told apart by every letter of the subject', async () => {
      const email = freshEmail();
      await oauth.signIn({ ...person(email), sub: 'strasse' });
      const other = await oauth.signIn({ ...person(freshEmail()), sub: 'STRASSE' });
      expect(other.parameters).toMatchObject({ oauth_registration: 'true', uid: 'STRASSE' });
    });

    it('has no password to change', async () => {
      const ada = person(freshEmail());
      const client = clientOf(oauth.app, (await oauth.signIn(ada)).parameters);
      const { status, body } = await setPassword(oauth.app, twice(PASSWORD), client.headers);
      const text = "This account does not require a password. Sign in using your 'Acme' account instead.";
      expect([status, body.errors]).toEqual([422, [text]]);
    });
  });

  describe('where the application links accounts', () => {
    beforeAll(() => start({ hooks: LinkingHooks, confirmable: true, allowUnconfirmedAccessFor: '1 day' }));
    afterAll(stop);
    beforeEach(() => void (asked.length = 0));

    /** A new account, whose address is not confirmed yet. */
    async function unconfirmed(): Promise<string> {
      const email = freshEmail();
      await signUp(oauth.app, { email, password: PASSWORD, confirm_success_url: ORIGIN_PAGE });
      return email;
    }

    it('is the one whose confirmed address the provider has verified: nothing else changes', async () => {
      const email = await unconfirmed();
      await follow(oauth.app, await mailbox.linkTo(oauth.app, email));
      const client = await ProtocolClient.signedIn(oauth.app, await userAt(email));
      const events = oauth.record('identity.linked');
      const ada = person(email);
      const { parameters } = await oauth.signIn(ada);
      expect(parameters).toMatchObject({ uid: email, blank: 'true' });
      expect(parameters).not.toHaveProperty('oauth_registration');
      expect(asked).toMatchObject([{ user: { email }, provider: 'acme', email, request: { method: 'GET' } }]);
      expect(events).toMatchObject([{ user: { email }, provider: 'acme' }]);
      await expectSignedIn(oauth.app, client);
      await expectSignedIn(oauth.app, clientOf(oauth.app, parameters));
      expect((await signIn(oauth.app, { email, password: PASSWORD })).status).toBe(200);
      await oauth.signIn(ada);
      expect([asked.length, events.length]).toEqual([1, 1]);
    });

    it('is taken from who has made it with an address that nobody had confirmed', async () => {
      const email = await unconfirmed();
      const squatter = await ProtocolClient.signedIn(oauth.app, await userAt(email));
      const token = await resetToken(oauth.app, mailbox, email);
      await oauth.app.nest
        .get(Identities)
        .link(await userAt(email), { provider: 'acme', subject: `squatter-${email}` });
      const { parameters } = await oauth.signIn(person(email));
      const owner = clientOf(oauth.app, parameters);
      await expectSignedOut(oauth.app, squatter);
      await expectSignedIn(oauth.app, owner);
      expect((await signIn(oauth.app, { email, password: PASSWORD })).status).toBe(401);
      const reset = await setPassword(oauth.app, { reset_password_token: token, ...twice('another battery') });
      expect(reset.status).toBe(401);
      const theirs = (await oauth.identities()).filter(({ user }) => user.email === email);
      expect(theirs.map(({ subject }) => subject)).toEqual([`person-${serial}`]);
      const again = await oauth.signIn({ sub: `squatter-${email}` });
      expect(again.parameters).toMatchObject({ oauth_registration: 'true' });
      const columns = { confirmedAt: true, encryptedPassword: true, unconfirmedEmail: true } as const;
      const row = await oauth.app.dataSource.getRepository(User).findOneOrFail({ where: { email }, select: columns });
      expect(row).toMatchObject({ encryptedPassword: null, unconfirmedEmail: null, confirmedAt: expect.any(Date) });
    });

    it('is not one that the application does not want to be linked', async () => {
      const email = await unconfirmed();
      await oauth.app.dataSource.getRepository(User).update({ email }, { name: 'Nobody else' });
      const { parameters } = await oauth.signIn(person(email));
      expect(parameters).toMatchObject({ error_code: 'account_exists' });
      expect((await signIn(oauth.app, { email, password: PASSWORD })).status).toBe(200);
    });

    it('is never asked about an address that the provider has not verified', async () => {
      const email = await unconfirmed();
      const { parameters } = await oauth.signIn(person(email, false));
      expect([parameters['oauth_registration'], asked.length]).toEqual(['true', 0]);
    });

    it('gets an address that was not verified once it is confirmed', async () => {
      const email = freshEmail();
      const { parameters } = await oauth.signIn(person(email, false));
      await expectSignedIn(oauth.app, clientOf(oauth.app, parameters));
      expect((await oauth.users()).map((user) => user.email)).not.toContain(email);
      await follow(oauth.app, await mailbox.linkTo(oauth.app, email));
      expect(await userAt(email)).toMatchObject({ uid: parameters['uid'], provider: 'acme' });
    });

    it('tells the owner of an address that was not verified, and links nothing', async () => {
      const email = await unconfirmed();
      await oauth.signIn(person(email, false));
      expect((await mailbox.mailTo(oauth.app, email)).subject).toBe('You already have an account');
    });
  });
});
