import { isText } from '../oauth/claims.js';
import { isLoopback } from '../oauth/loopback.js';
import type { OAuthProvider } from '../oauth/oauth-provider.js';
import { isMap, type OptionsCheck } from './options-check.js';

/** Signing in by other providers of identities. */
export interface OAuthConfig {
  /** By name; empty where there are none. */
  readonly oauth: ReadonlyMap<string, OAuthProvider>;
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** What stands in the place of a name in the paths of the other endpoints, and how accounts with a password are marked. */
const TAKEN = new Set([
  'sign_in',
  'sign_out',
  'sign_up',
  'validate_token',
  'password',
  'confirmation',
  'unlock',
  'clients',
  'failure',
  'callback',
  'edit',
  'cancel',
  'email',
]);

/** Parameters of the authorization request by which the module recognises the answer. */
const OWN_PARAMETERS = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
];

export function oauthConfig(check: OptionsCheck, publicUrl: string | null): OAuthConfig {
  const given = check.map('oauth', 'an object with a provider for each name');
  const providers = Object.entries(given as Record<string, OAuthProvider>);
  if (providers.length > 0 && publicUrl === null) {
    check.fault('publicUrl', 'must be given with oauth: providers send people back there, never to a Host header');
  }
  for (const [name, provider] of providers) {
    for (const fault of [...faultsOfName(name), ...faultsOf(provider)]) check.fault('oauth', `'${name}' ${fault}`);
  }
  return { oauth: new Map(providers) };
}

function faultsOfName(name: string): string[] {
  if (TAKEN.has(name)) return ['is a word of the endpoints: give the provider another name'];
  return NAME.test(name) ? [] : ['is no name for a provider: up to 32 of a-z, 0-9, _ and -, beginning with a letter'];
}

function faultsOf(provider: OAuthProvider): string[] {
  const isOne = typeof provider === 'object' && provider !== null && typeof provider.identify === 'function';
  if (!isOne) return ['must be a provider as oidcProvider() or googleProvider() makes it'];
  const { options, server, scope } = provider;
  const { clientId, profile, fetch } = options;
  const faults = [...provider.faults];
  const unless = (holds: boolean, fault: string) => holds || faults.push(fault);
  unless(isText(clientId), 'needs a clientId');
  unless(provider.clientSecret !== null || provider.faults.length > 0, 'needs a clientSecret');
  unless(isText(scope), 'must ask for a scope');
  if (typeof server === 'string')
    unless(isText(scope) && scope.split(' ').includes('openid'), "needs the scope 'openid'");
  const issuer = typeof server === 'string' ? server : server?.issuer;
  unless(isIssuer(issuer), "needs an issuer such as 'https://id.example.com'; http: only on the loopback");
  unless(profile === undefined || typeof profile === 'function', 'needs a function for profile');
  unless(fetch === undefined || typeof fetch === 'function', 'needs a function for fetch');
  return [...faults, ...faultsOfParameters(options.authorizationParameters ?? {})];
}

function faultsOfParameters(parameters: unknown): string[] {
  if (!isMap(parameters) || !Object.values(parameters).every((value) => typeof value === 'string')) {
    return ['needs texts for authorizationParameters'];
  }
  const own = Object.keys(parameters).filter((name) => OWN_PARAMETERS.includes(name));
  const { max_age: maxAge = '0' } = parameters as Record<string, string>;
  return [
    ...(own.length > 0 ? [`must not set ${own.join(', ')} among authorizationParameters`] : []),
    ...(/^\d{1,9}$/.test(maxAge) ? [] : ['needs a number of seconds for max_age']),
  ];
}

function isIssuer(issuer: unknown): boolean {
  if (!isText(issuer) || !URL.canParse(issuer) || /[?#]/.test(issuer)) return false;
  return new URL(issuer).protocol === 'https:' || isLoopback(issuer);
}
