import { emailOf, isText } from './claims.js';
import type {
  OAuthProvider,
  ProviderAnswer,
  ProviderClaims,
  ProviderIdentity,
  ProviderOptionsWithSecret,
} from './oauth-provider.js';

/** Any provider that speaks OpenID Connect. */
export interface OidcProviderOptions extends ProviderOptionsWithSecret {
  /** Its issuer, such as `'https://id.example.com'`; `http:` only on the loopback. What else is needed is discovered. */
  issuer: string;

  /**
   * Whether the provider has made sure that an address is the person's. A provider whose people can write any address into
   * their profile must not be believed: who takes somebody's address there could take the account here.
   *
   * @defaultValue whether the claim `email_verified` is `true`
   */
  isEmailVerified?: (claims: ProviderClaims) => boolean;
}

/**
 * A provider that speaks OpenID Connect.
 *
 * @example
 * ```ts
 * oauth: { acme: oidcProvider({ issuer: 'https://id.acme.example', clientId: 'shop', clientSecret }) }
 * ```
 */
export function oidcProvider(options: OidcProviderOptions): OAuthProvider {
  const { issuer, clientSecret, isEmailVerified = hasVerifiedEmail } = options;
  return {
    options,
    server: issuer,
    scope: options.scope ?? 'openid email profile',
    clientSecret: isText(clientSecret) ? () => clientSecret : null,
    parameters: {},
    identify: (answer) => identityOf(answer, isEmailVerified),
    faults: typeof isEmailVerified === 'function' ? [] : ['needs a function for isEmailVerified'],
  };
}

/**
 * Reads who somebody is out of the claims. The address and whether it is verified come from one source: nobody has said of
 * the address of one that it is the verified one of the other.
 */
export async function identityOf(
  { idToken, userinfo }: ProviderAnswer,
  isEmailVerified: (claims: ProviderClaims) => boolean,
): Promise<ProviderIdentity> {
  const told = idToken ?? {};
  const more = 'email' in told ? {} : await userinfo();
  const source = 'email' in told ? told : more;
  return {
    subject: isText(told['sub']) ? told['sub'] : '',
    email: emailOf(source['email']),
    // Not a promise of a no, of which a language without types would make a yes.
    emailVerified: isEmailVerified(source) === true,
    claims: { ...more, ...told },
  };
}

/** OpenID Connect Core 1.0, section 5.1. */
function hasVerifiedEmail({ email_verified: isVerified }: ProviderClaims): boolean {
  return isVerified === true;
}
