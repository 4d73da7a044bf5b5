import { generateKeyPairSync } from 'node:crypto';
import { appleProvider, microsoftProvider } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshEmail, newAccount } from '../support/accounts.js';
import { onEveryAdapter, User } from '../support/app.js';
import type { Arrived } from '../support/browser.js';
import { send } from '../support/client.js';
import { PUBLIC_URL } from '../support/mailbox.js';
import { OauthApp, ORIGIN_PAGE } from '../support/oauth-app.js';
import { readEs256, SignedProvider } from '../support/signed-provider.js';

const TENANT = '9122040d-6c67-4c5b-b112-36a304b66dad';
const KEYS = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

let claims: Record<string, unknown> = {};
let secret: ReturnType<typeof readEs256> = null;

const apple = new SignedProvider({
  issuer: 'https://appleid.apple.com',
  origin: 'https://appleid.apple.com',
  claims: () => ({ iss: 'https://appleid.apple.com', ...claims }),
  isClient: (given) => (secret = readEs256(given, KEYS.publicKey)) !== null,
});
const microsoft = new SignedProvider({
  issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
  origin: 'https://login.microsoftonline.com',
  claims: () => ({ iss: `https://login.microsoftonline.com/${TENANT}/v2.0`, tid: TENANT, ...claims }),
  isClient: (given) => given === 'secret',
});

onEveryAdapter('presets', (platform) => {
  let oauth: OauthApp;
  beforeAll(async () => {
    const profile = ({ claims: { name } }: { claims: Record<string, unknown> }) => ({ name });
    oauth = await OauthApp.start(platform, {
      auth: {
        oauth: {
          apple: appleProvider({
            clientId: 'com.example.shop',
            teamId: 'TEAM012345',
            keyId: 'KEY0123456',
            privateKey: KEYS.privateKey,
            fetch: apple.fetch,
            profile,
          }),
          microsoft: microsoftProvider({ clientId: 'shop', clientSecret: 'secret', fetch: microsoft.fetch, profile }),
        },
      },
    });
  });
  afterAll(() => oauth.close());
  beforeEach(() => {
    claims = { sub: freshEmail() };
    apple.isForged = microsoft.isForged = false;
  });

  async function begin(name: string) {
    const browser = oauth.browser();
    const url = `${PUBLIC_URL}/${name}?auth_origin_url=${encodeURIComponent(ORIGIN_PAGE)}`;
    const location = (await browser.request(url)).headers.get('location') ?? '';
    return { browser, location };
  }

  const userOf = async (uid: unknown) =>
    await oauth.app.dataSource.getRepository(User).findOneByOrFail({ uid: String(uid) });

  describe('of Apple', () => {
    async function signIn(extra: Record<string, string> = {}): Promise<Arrived> {
      const { browser, location } = await begin('apple');
      const body = apple.answerTo(location);
      for (const [name, value] of Object.entries(extra)) body.set(name, value);
      const headers = { origin: 'https://appleid.apple.com', 'sec-fetch-site': 'cross-site' };
      const form = await send(`${oauth.app.url}/auth/apple/callback`, { method: 'POST', headers, body });
      return await browser.go(form.headers.get('location') ?? '');
    }

    it('asks for a form', async () => {
      const { searchParams } = new URL((await begin('apple')).location);
      expect(searchParams.get('response_mode')).toBe('form_post');
      expect(searchParams.get('scope')).toBe('openid email name');
    });

    it('proves the application by a token that is signed for this use', async () => {
      expect((await signIn()).parameters).toMatchObject({ uid: claims['sub'] });
      expect(secret).toMatchObject({
        header: { alg: 'ES256', kid: 'KEY0123456' },
        payload: { iss: 'TEAM012345', sub: 'com.example.shop', aud: 'https://appleid.apple.com' },
      });
      const { iat, exp } = (secret as unknown as { payload: { iat: number; exp: number } }).payload;
      expect([exp - iat, Math.abs(iat - Date.now() / 1000) < 60]).toEqual([300, true]);
    });

    it('takes the name of the first time, and no address, from what nobody has signed', async () => {
      const user = { name: { firstName: 'Ada', lastName: 'Lovelace' }, email: 'victim@example.com' };
      await signIn({ user: JSON.stringify(user) });
      expect(await userOf(claims['sub'])).toMatchObject({ name: 'Ada Lovelace', email: null });
    });

    it.each(['', '{', 'null', '{"name":5}', '{"name":{"firstName":[]}}'])('takes no name from %s', async (user) => {
      expect((await signIn({ user })).parameters).toMatchObject({ uid: claims['sub'] });
      expect(await userOf(claims['sub'])).toMatchObject({ name: '' });
    });

    it.each([true, 'true'])('knows a verified address by %j', async (email_verified) => {
      Object.assign(claims, { email: freshEmail(), email_verified });
      await signIn();
      expect(await userOf(claims['sub'])).toMatchObject({ email: claims['email'] });
    });

    it('signs nobody in by a token that is signed by somebody else', async () => {
      apple.isForged = true;
      expect((await signIn()).parameters).toMatchObject({ error_code: 'oauth_failed' });
    });
  });

  describe('of Microsoft', () => {
    async function signIn(): Promise<Arrived> {
      const { browser, location } = await begin('microsoft');
      return await browser.go(`${PUBLIC_URL}/microsoft/callback?${microsoft.answerTo(location).toString()}`);
    }

    it('takes people of any tenant, whose issuer is their tenant’s', async () => {
      expect((await signIn()).parameters).toMatchObject({ uid: claims['sub'], oauth_registration: 'true' });
      for (const wrong of [{ tid: 'other' }, { tid: undefined }, { iss: 'https://login.microsoftonline.com/x/v2.0' }]) {
        claims = { sub: freshEmail(), ...wrong };
        expect((await signIn()).parameters).toMatchObject({ error_code: 'oauth_failed' });
      }
    });

    it.each([{}, { email_verified: true }, { xms_edov: false }, { xms_edov: '0' }])(
      'does not believe an address that any administrator may have written: %j',
      async (more) => {
        const { email } = await newAccount(oauth.app);
        Object.assign(claims, { email, ...more });
        expect((await signIn()).parameters).toMatchObject({ uid: claims['sub'], oauth_registration: 'true' });
        expect(await userOf(claims['sub'])).toMatchObject({ email: null });
      },
    );

    it.each([true, 1, '1', 'true'])('believes one whose domain is the tenant’s: %j', async (xms_edov) => {
      Object.assign(claims, { email: freshEmail(), xms_edov });
      await signIn();
      expect(await userOf(claims['sub'])).toMatchObject({ email: claims['email'] });
    });

    it('signs nobody in by a token that is signed by somebody else', async () => {
      microsoft.isForged = true;
      expect((await signIn()).parameters).toMatchObject({ error_code: 'oauth_failed' });
    });
  });
});
