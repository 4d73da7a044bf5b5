import { ForbiddenException, HttpException, Injectable } from '@nestjs/common';
import { TokenAuthHooks, Veto, type SignInAttempt, type SignUpAttempt } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshEmail } from '../support/accounts.js';
import { onEveryAdapter, User } from '../support/app.js';
import { ALLOWLIST, HOSTILE_REDIRECTS } from '../support/hostile-redirects.js';
import { PUBLIC_URL } from '../support/mailbox.js';
import { clientOf, deliveryOf, OauthApp, ORIGIN_PAGE, textOf } from '../support/oauth-app.js';
import { OidcServer } from '../support/oidc.js';
import { expectSignedIn } from '../support/visits.js';

let veto: Error | null = null;
const attempts: string[] = [];

@Injectable()
class Hooks extends TokenAuthHooks<User> {
  override beforeSignUp({ user, method, provider }: SignUpAttempt<User>): void {
    attempts.push(`up ${user.uid} ${method} ${provider}`);
    if (veto !== null) throw veto;
  }

  override beforeSignIn({ user, method }: SignInAttempt<User>): void {
    attempts.push(`in ${user.uid} ${method}`);
    if (veto !== null) throw veto;
  }
}

onEveryAdapter('a sign-in by a provider that is refused', (platform) => {
  let oauth: OauthApp;
  beforeAll(async () => {
    const redirectAllowlist = [...ALLOWLIST, 'https://app.example.com'];
    oauth = await OauthApp.start(platform, { auth: { hooks: Hooks, redirectAllowlist } });
  });
  afterAll(() => oauth.close());
  beforeEach(() => {
    veto = null;
    attempts.length = 0;
  });

  it.each(
    HOSTILE_REDIRECTS.filter(([, url]) => url !== '' && url.length < 4000 && Buffer.from(url).toString() === url),
  )('leads nowhere: %s', async (_, url) => {
    for (const name of ['auth_origin_url', 'origin']) {
      for (const window of ['sameWindow', 'newWindow']) {
        const browser = oauth.browser();
        const arrived = await browser.signIn('acme', { [name]: url, omniauth_window_type: window });
        expect([arrived.answer.status, arrived.to, browser.setCookies]).toEqual([422, null, []]);
        expect(arrived.answer.body).not.toContain('<script');
        expect(textOf(arrived)).toMatch(/^Redirect to &#39;/);
      }
    }
  });

  describe.each<[string, Error, string, string]>([
    ['by a veto', new Veto('Only on workdays.', { code: 'workdays' }), 'Only on workdays.', 'workdays'],
    ['by an exception of Nest', new ForbiddenException('Not you.'), 'Not you.', 'oauth_failed'],
    ['by a text', new HttpException('Go away.', 403), 'Go away.', 'oauth_failed'],
    [
      'by an exception without a text',
      new HttpException({}, 403),
      'The sign in has failed. Please try again.',
      'oauth_failed',
    ],
  ])('%s', (_, error, text, code) => {
    it('says so, before an account is made', async () => {
      const [users, signedUp] = [await oauth.users(), oauth.record('user.signed_up')];
      veto = error;
      const sub = freshEmail();
      const { parameters } = await oauth.signIn({ sub });
      expect(parameters).toEqual({ error: text, error_code: code, blank: 'true' });
      expect(attempts).toEqual([`up ${sub} oauth acme`]);
      expect([await oauth.users(), signedUp]).toEqual([users, []]);
    });

    it('says so, before a token is issued', async () => {
      const sub = freshEmail();
      await oauth.signIn({ sub });
      const [rows, failed] = [await oauth.app.rows(), oauth.record('user.sign_in_failed')];
      veto = error;
      const { data } = deliveryOf(await oauth.signIn({ sub }, { omniauth_window_type: 'newWindow' }));
      expect(data).toEqual({ error: text, error_code: code, message: 'authFailure' });
      expect(attempts).toEqual([`up ${sub} oauth acme`, `in ${sub} oauth`]);
      expect(await oauth.app.rows()).toEqual(rows);
      expect(failed).toMatchObject([{ user: { uid: sub }, reason: 'hook', origin: { ip: expect.any(String) } }]);
    });
  });

  it('is none because of a lock, which stops who guesses passwords', async () => {
    const sub = freshEmail();
    await oauth.signIn({ sub });
    await oauth.app.dataSource.getRepository(User).update({ uid: sub }, { lockedAt: new Date() });
    await expectSignedIn(oauth.app, clientOf(oauth.app, (await oauth.signIn({ sub })).parameters));
  });

  describe('at /failure', () => {
    const visit = async (query: Record<string, string>) =>
      await oauth.browser().go(`${PUBLIC_URL}/failure?${new URLSearchParams(query).toString()}`);

    it('says a word on a plain page', async () => {
      const arrived = await visit({ message: 'invalid_credentials', strategy: 'acme' });
      expect([arrived.answer.status, textOf(arrived)]).toEqual([422, 'invalid_credentials']);
      expect(textOf(await visit({ message: 'access_denied' }))).toBe('You have not allowed the sign in.');
    });

    it.each(['Call 555 now', '<b>', 'a'.repeat(65), '', 'A', 'x y'])('repeats no other text: %s', async (message) => {
      expect(textOf(await visit({ message }))).toBe('The sign in has failed. Please try again.');
    });

    it('tells a page that redirects may lead to', async () => {
      const { to, parameters } = await visit({ message: 'timeout', origin: ORIGIN_PAGE });
      expect([to, parameters]).toEqual([ORIGIN_PAGE, { error: 'timeout', error_code: 'timeout', blank: 'true' }]);
      const window = await visit({
        message: 'timeout',
        auth_origin_url: ORIGIN_PAGE,
        omniauth_window_type: 'newWindow',
      });
      expect(deliveryOf(window)).toMatchObject({ data: { error: 'timeout', message: 'authFailure' } });
    });

    it('tells no other page', async () => {
      for (const window of ['sameWindow', 'newWindow']) {
        const arrived = await visit({ message: 'timeout', origin: 'https://evil.com/', omniauth_window_type: window });
        expect([arrived.answer.status, arrived.to, textOf(arrived)]).toEqual([422, null, 'timeout']);
      }
    });
  });
});

onEveryAdapter('a provider that cannot be reached', (platform) => {
  it('is said to be so, does not keep the application from starting, and serves when it is back', async () => {
    const first = await OidcServer.start([]);
    const port = Number(new URL(first.issuer).port);
    await first.close();
    const oauth = await OauthApp.start(platform, { auth: { oauth: { acme: first.provider() } } });
    const gone = { error: expect.stringContaining('cannot be reached'), error_code: 'oauth_unavailable' };
    try {
      expect((await oauth.signIn({ sub: 'ada' })).parameters).toEqual({ ...gone, blank: 'true' });
      const window = await oauth.signIn({ sub: 'ada' }, { omniauth_window_type: 'newWindow' });
      expect(deliveryOf(window).data).toEqual({ ...gone, message: 'authFailure' });

      const second = await OidcServer.start([`${PUBLIC_URL}/acme/callback`], port);
      second.person = { sub: 'ada' };
      const query = { auth_origin_url: ORIGIN_PAGE };
      const browsers = [oauth.browser(), oauth.browser(), oauth.browser()];
      const arrived = await Promise.all(browsers.map((browser) => browser.signIn('acme', query)));
      expect(arrived.map(({ parameters }) => parameters['uid'])).toEqual(['ada', 'ada', 'ada']);
      const discoveries = second.requests.filter((path) => path === '/.well-known/openid-configuration');
      expect(discoveries).toHaveLength(1);

      const browser = oauth.browser();
      const callback = await browser.untilCallback('acme', query);
      await second.close();
      expect((await browser.go(callback)).parameters).toEqual({ ...gone, blank: 'true' });
    } finally {
      await oauth.close();
    }
  });
});
