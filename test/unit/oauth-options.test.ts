import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { githubProvider } from '../../lib/oauth/github-provider.js';
import { oidcProvider, type OidcProviderOptions } from '../../lib/oauth/oidc-provider.js';
import { appleProvider, googleProvider, microsoftProvider } from '../../lib/oauth/presets.js';
import { resolveOptions } from '../../lib/token-auth.config.js';
import type { TokenAuthOptions } from '../../lib/token-auth.options.js';

const CLIENT = { clientId: 'shop', clientSecret: 'secret' };
const publicUrl = 'https://api.example.com/auth';
const key = (namedCurve: string) =>
  generateKeyPairSync('ec', {
    namedCurve,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
const APPLE = { clientId: 'shop', teamId: 'T', keyId: 'K', privateKey: key('P-256') };

function resolve(oauth: unknown, options: TokenAuthOptions = { publicUrl }) {
  return resolveOptions({ ...options, oauth } as TokenAuthOptions);
}

const acme = (options: object) => ({
  acme: oidcProvider({ issuer: 'https://id.example.com', ...CLIENT, ...options } as OidcProviderOptions),
});

describe('the option oauth', () => {
  it('knows the presets and any issuer', () => {
    const { oauth } = resolve({
      google: googleProvider(CLIENT),
      github: githubProvider(CLIENT),
      microsoft: microsoftProvider({ ...CLIENT, tenant: 'contoso.onmicrosoft.com' }),
      apple: appleProvider(APPLE),
      ...acme({ authorizationParameters: { max_age: '60', prompt: 'login' } }),
      'local-1_a': oidcProvider({ issuer: 'http://[::1]:3000/realm', ...CLIENT }),
    });
    expect([...oauth.keys()]).toEqual(['google', 'github', 'microsoft', 'apple', 'acme', 'local-1_a']);
    expect(resolveOptions({}).oauth.size).toBe(0);
  });

  it('has publicUrl also where no mails are sent', () => {
    expect(resolveOptions({ publicUrl: `${publicUrl}//` })).toMatchObject({ publicUrl, mail: null });
    expect(() => resolve(acme({}), {})).toThrow('publicUrl must be given with oauth');
  });

  it('reports all faults at once, and no secret', () => {
    const faulty = { Google: googleProvider(CLIENT), ...acme({ clientId: '', clientSecret: '' }) };
    expect(() => resolve(faulty, {})).toThrow(
      /publicUrl must be given with oauth.*\n.*'Google' is no name.*\n.*'acme' needs a clientId\n.*'acme' needs a clientSecret$/,
    );
  });

  it.each<[string, unknown]>([
    ['oauth must be an object', 5],
    ['oauth must be an object', [googleProvider(CLIENT)]],
    ["'google' must be a provider", { google: CLIENT }],
    ["'google' must be a provider", { google: null }],
    ...[
      'sign_in',
      'sign_out',
      'password',
      'confirmation',
      'unlock',
      'validate_token',
      'clients',
      'failure',
      'email',
    ].map((name): [string, unknown] => [`'${name}' is a word of the endpoints`, { [name]: googleProvider(CLIENT) }]),
    ...['', 'a b', '1a', 'a/b', 'ä', 'a'.repeat(33)].map((name): [string, unknown] => [
      `'${name}' is no name for a provider`,
      { [name]: googleProvider(CLIENT) },
    ]),
    ['needs an issuer', acme({ issuer: undefined })],
    ['needs an issuer', acme({ issuer: 'id.example.com' })],
    ['needs an issuer', acme({ issuer: 'http://id.example.com' })],
    ['needs an issuer', acme({ issuer: 'http://127.0.0.1.example.com' })],
    ['needs an issuer', acme({ issuer: 'https://id.example.com/?a=b' })],
    ["needs the scope 'openid'", acme({ scope: 'email' })],
    ['must ask for a scope', { github: githubProvider({ ...CLIENT, scope: '' }) }],
    ['needs a function for profile', acme({ profile: 'name' })],
    ['needs a function for fetch', acme({ fetch: 'name' })],
    ['needs a function for isEmailVerified', acme({ isEmailVerified: true })],
    ['needs texts for authorizationParameters', acme({ authorizationParameters: { max_age: 5 } })],
    ['needs a number of seconds for max_age', acme({ authorizationParameters: { max_age: 'soon' } })],
    ['must not set state, nonce among', acme({ authorizationParameters: { state: 'x', nonce: 'y' } })],
    ['needs the id or the name of a tenant', { microsoft: microsoftProvider({ ...CLIENT, tenant: 'a/b' }) }],
    ['needs absolute URLs', { github: githubProvider({ ...CLIENT, url: 'github.example.com' }) }],
    ['needs an issuer', { github: githubProvider({ ...CLIENT, url: 'http://github.example.com' }) }],
    ['needs teamId', { apple: appleProvider({ ...APPLE, teamId: '' }) }],
    ['needs a privateKey', { apple: appleProvider({ ...APPLE, privateKey: 'secret' }) }],
    ['needs a privateKey', { apple: appleProvider({ ...APPLE, privateKey: key('P-384') }) }],
  ])('is refused: %s', (fault, oauth) => {
    expect(() => resolve(oauth)).toThrow(fault);
    expect(() => resolve(oauth)).not.toThrow(/secret'|PRIVATE/);
  });
});
