import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, User } from '../support/app.js';
import { GithubServer } from '../support/github.js';
import { PUBLIC_URL } from '../support/mailbox.js';
import { clientOf, OauthApp, ORIGIN_PAGE } from '../support/oauth-app.js';
import { expectSignedIn } from '../support/visits.js';

onEveryAdapter('GitHub', (platform) => {
  let github: GithubServer;
  let oauth: OauthApp;
  beforeAll(async () => {
    github = await GithubServer.start();
    oauth = await OauthApp.start(platform, { auth: { oauth: { github: github.provider } } });
  });
  afterAll(async () => {
    await oauth.close();
    await github.close();
  });
  beforeEach(() => void (github.status = 200));

  const signIn = async () => await oauth.browser().signIn('github', { auth_origin_url: ORIGIN_PAGE });
  const userOf = async (uid: string) => await oauth.app.dataSource.getRepository(User).findOneByOrFail({ uid });

  it('signs in whom its API names, with the address that is verified there', async () => {
    github.emails = [
      { email: 'other@example.com', primary: false, verified: true },
      { email: 'Octocat@example.com', primary: true, verified: true },
    ];
    const { parameters } = await signIn();
    expect(parameters).toMatchObject({ uid: '583231', oauth_registration: 'true' });
    expect(await userOf('583231')).toMatchObject({
      provider: 'github',
      email: 'octocat@example.com',
      name: 'The Octocat',
    });
    await expectSignedIn(oauth.app, clientOf(oauth.app, parameters));
    expect((await signIn()).parameters).not.toHaveProperty('oauth_registration');
  });

  it.each([
    ['is not verified', [{ email: 'eve@example.com', primary: true, verified: false }]],
    ['is not the primary one', [{ email: 'eve@example.com', primary: false, verified: true }]],
    ['is only that of the profile', []],
    ['is in no list', { message: 'odd' }],
  ])('gives nobody an address that %s', async (_, emails) => {
    const id = Math.floor(Math.random() * 1e9);
    github.user = { id, login: 'eve', email: 'eve@example.com' };
    github.emails = emails;
    expect((await signIn()).parameters).toMatchObject({ uid: String(id) });
    expect(await userOf(String(id))).toMatchObject({ email: null });
  });

  it('signs nobody in without a number', async () => {
    github.user = { login: 'eve' };
    expect((await signIn()).parameters).toMatchObject({ error_code: 'oauth_failed' });
  });

  it.each([
    [403, 'oauth_failed'],
    [502, 'oauth_unavailable'],
  ])('signs nobody in when its API answers %i', async (status, code) => {
    github.status = status;
    expect((await signIn()).parameters).toMatchObject({ error_code: code });
  });

  it('signs nobody in by a code that it does not know', async () => {
    const browser = oauth.browser();
    const callback = await browser.untilCallback('github', { auth_origin_url: ORIGIN_PAGE });
    const { parameters } = await browser.go(callback.replace(/code=[^&]+/, 'code=other'));
    expect(parameters).toMatchObject({ error_code: 'oauth_failed' });
  });

  it('asks for what it needs, with PKCE and without a nonce', async () => {
    const url = `${PUBLIC_URL}/github?auth_origin_url=${encodeURIComponent(ORIGIN_PAGE)}`;
    const { headers } = await oauth.browser().request(url);
    const { searchParams } = new URL(headers.get('location') ?? '');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      scope: 'read:user user:email',
      code_challenge_method: 'S256',
      redirect_uri: `${PUBLIC_URL}/github/callback`,
    });
    expect(searchParams.has('nonce')).toBe(false);
  });
});
