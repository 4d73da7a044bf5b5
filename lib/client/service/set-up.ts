import { BearerScheme } from './bearer.js';
import { Cached } from './cached.js';
import { PerRequest } from './per-request.js';
import type { ServiceClientOptions } from './service-options.js';
import type { Scheme, Strategy } from './session.js';
import { SignIns } from './sign-ins.js';
import { TokenAuthScheme } from './token-auth.js';

type Fetch = typeof globalThis.fetch;

/** The base with a slash at its end, so that paths go below it. */
export function baseOf(baseUrl: string | URL): URL {
  const base = new URL(baseUrl);
  if (!/^https?:$/.test(base.protocol)) throw new TypeError('baseUrl has to begin with https:// or http://.');
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

/** The strategy of the options, with the scheme of the options. */
export function strategyOf<I>(options: ServiceClientOptions<I>, base: URL, fetch: Fetch): Strategy<I> {
  const signIns = new SignIns(schemeOf(options, base, fetch), options);
  const { strategy, identityKey = textOf, maxIdentities = 1000 } = options;
  if (strategy === 'perRequest') return new PerRequest(signIns);
  if (strategy !== 'cached') throw new TypeError("strategy has to be 'cached' or 'perRequest'.");
  if (!(maxIdentities >= 1)) throw new TypeError('maxIdentities has to be a number from 1.');
  return new Cached(signIns, identityKey, maxIdentities);
}

function schemeOf<I>(options: ServiceClientOptions<I>, base: URL, fetch: Fetch): Scheme {
  const { scheme = 'token-auth', signInPath = 'auth/sign_in' } = options;
  if (scheme === 'bearer') return bearerOf(options, base, fetch);
  if (scheme !== 'token-auth') throw new TypeError("scheme has to be 'token-auth' or 'bearer'.");
  const [, authPath] = /^(?:(.*)\/)?sign_in$/.exec(signInPath) ?? [];
  if (authPath === undefined) {
    throw new TypeError("signInPath has to end in '/sign_in' with the scheme token-auth.");
  }
  return new TokenAuthScheme(base, authPath, fetch);
}

function bearerOf<I>(options: ServiceClientOptions<I>, base: URL, fetch: Fetch): Scheme {
  const { signInPath = 'auth/sign_in', signOutPath = 'auth/sign_out', signOutMethod = 'DELETE' } = options;
  const within = (name: string, path: string) => {
    const url = new URL(path, base);
    if (url.origin !== base.origin) throw new TypeError(`${name} has to be of the origin of baseUrl.`);
    return url;
  };
  const signOut = signOutPath === null ? null : { url: within('signOutPath', signOutPath), method: signOutMethod };
  return new BearerScheme(base, within('signInPath', signInPath), signOut, fetch);
}

/** Two objects have the same text, and would share a token. */
function textOf(identity: unknown): string {
  if (identity === undefined || ['string', 'number', 'bigint'].includes(typeof identity))
    return `${identity as string}`;
  throw new TypeError('An identity that is no text or number needs the option identityKey.');
}
