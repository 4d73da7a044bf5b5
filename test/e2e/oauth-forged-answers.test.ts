import { oidcProvider } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryAdapter } from '../support/app.js';
import type { Arrived } from '../support/browser.js';
import { PUBLIC_URL } from '../support/mailbox.js';
import { OauthApp, ORIGIN_PAGE } from '../support/oauth-app.js';
import { SignedProvider } from '../support/signed-provider.js';

const ISSUER = 'https://id.example.com';
const ADA = { sub: 'ada' };
const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead;

/** A provider inside this process, which says whatever a test wants. */
function signed(issuer: string, claims: () => Record<string, unknown>): SignedProvider {
  return new SignedProvider({
    issuer,
    origin: ISSUER,
    claims: () => ({ iss: ISSUER, ...claims() }),
    isClient: () => true,
  });
}

onEveryAdapter('an answer of a provider', (platform) => {
  let claims: Record<string, unknown>;
  let oauth: OauthApp;
  const provider = signed(ISSUER, () => claims);
  const disguised = signed('https://another.example.com', () => claims);
  beforeAll(async () => {
    const options = { issuer: ISSUER, clientId: 'shop', clientSecret: 'a secret of this application' };
    oauth = await OauthApp.start(platform, {
      auth: {
        oauth: {
          signed: oidcProvider({ ...options, fetch: provider.fetch }),
          disguised: oidcProvider({ ...options, fetch: disguised.fetch }),
        },
      },
    });
  });
  afterAll(() => oauth.close());
  beforeEach(() => {
    claims = { ...ADA };
  });

  async function begin(name: string) {
    const browser = oauth.browser();
    const url = `${PUBLIC_URL}/${name}?auth_origin_url=${encodeURIComponent(ORIGIN_PAGE)}`;
    return { browser, location: (await browser.request(url)).headers.get('location') ?? '' };
  }

  async function signIn(): Promise<Arrived> {
    const { browser, location } = await begin('signed');
    return await browser.go(`${PUBLIC_URL}/signed/callback?${provider.answerTo(location).toString()}`);
  }

  it('signs in with an ID token that is as it should be', async () => {
    expect((await signIn()).parameters).toMatchObject({ uid: 'ada' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['for another client', { aud: 'another shop' }],
    ['for several, and asked for by another', { aud: ['shop', 'another shop'], azp: 'another shop' }],
    ['of another issuer', { iss: 'https://another.example.com' }],
    ['that has expired', { exp: seconds(-3600) }],
    ['without an end', { exp: undefined }],
    ['that is of another sign-in', { nonce: 'n'.repeat(43) }],
    ['that is of no sign-in', { nonce: undefined }],
    ['of nobody', { sub: undefined }],
  ])('signs nobody in with an ID token %s', async (_, wrong) => {
    claims = { ...ADA, ...wrong };
    expect((await signIn()).parameters).toMatchObject({ error_code: 'oauth_failed' });
  });

  it('is not asked for where the discovery document is that of another issuer', async () => {
    const { location } = await begin('disguised');
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({ error_code: 'oauth_unavailable' });
  });

  describe('that names its issuer (RFC 9207)', () => {
    it.each<[string, (url: URL) => void]>([
      ['names another one', (url) => url.searchParams.set('iss', 'https://another.example.com')],
      ['does not name it', (url) => url.searchParams.delete('iss')],
    ])('signs nobody in when it %s', async (_, change) => {
      const browser = oauth.browser();
      const callback = new URL(await oauth.untilCallback(ADA, browser));
      expect(callback.searchParams.get('iss')).toBe(oauth.oidc.issuer);
      change(callback);
      expect((await browser.go(callback.href)).parameters).toMatchObject({ error_code: 'oauth_failed' });
    });
  });
});
