import { appleClientSecret, faultsOfAppleKey, type AppleKey } from './apple-client-secret.js';
import type {
  OAuthProvider,
  ProviderAnswer,
  ProviderClaims,
  ProviderIdentity,
  ProviderOptions,
  ProviderOptionsWithSecret,
} from './oauth-provider.js';
import { identityOf, oidcProvider } from './oidc-provider.js';

/** Google. Its id is `sub`. */
export function googleProvider(options: ProviderOptionsWithSecret): OAuthProvider {
  return oidcProvider({ issuer: 'https://accounts.google.com', ...options });
}

/** What {@link microsoftProvider} takes. */
export interface MicrosoftProviderOptions extends ProviderOptionsWithSecret {
  /**
   * Who may sign in: the id of a tenant, `'organizations'`, `'consumers'`, or `'common'` for everybody.
   *
   * @defaultValue `'common'`
   */
  tenant?: string;
}

/**
 * Microsoft Entra ID and personal accounts. The administrator of any tenant can write any address into `email`, so an
 * address is taken for verified only where the optional claim `xms_edov` says so, which has to be switched on for the
 * application at Microsoft.
 */
export function microsoftProvider({ tenant = 'common', ...options }: MicrosoftProviderOptions): OAuthProvider {
  const isName = typeof tenant === 'string' && /^[\w.-]+$/.test(tenant);
  const provider = oidcProvider({
    issuer: `https://login.microsoftonline.com/${isName ? tenant : 'common'}/v2.0`,
    ...options,
    isEmailVerified: ({ xms_edov: isOwned }) =>
      isOwned === true || isOwned === 1 || isOwned === '1' || isOwned === 'true',
  });
  return isName ? provider : { ...provider, faults: ["needs the id or the name of a tenant, such as 'common'"] };
}

/** What {@link appleProvider} takes. */
export interface AppleProviderOptions extends ProviderOptions, AppleKey {
  /** The Services ID. */
  clientId: string;
}

/**
 * Sign in with Apple. Apple answers by a form, and tells the name only when somebody signs in for the first time: it is
 * then in the claims `name`, `given_name` and `family_name`, unsigned.
 */
export function appleProvider(options: AppleProviderOptions): OAuthProvider {
  const faults = faultsOfAppleKey(options);
  return {
    options,
    server: 'https://appleid.apple.com',
    scope: options.scope ?? 'openid email name',
    clientSecret: faults.length > 0 ? null : () => appleClientSecret(options),
    parameters: { response_mode: 'form_post' },
    identify: identifyByApple,
    faults,
  };
}

async function identifyByApple(answer: ProviderAnswer): Promise<ProviderIdentity> {
  const identity = await identityOf({ ...answer, userinfo: async () => ({}) }, ({ email_verified: isVerified }) => {
    // Apple has sent it as a text.
    return isVerified === true || isVerified === 'true';
  });
  return { ...identity, claims: { ...nameIn(answer.parameter('user')), ...identity.claims } };
}

/** The name alone: nobody has signed the rest. */
function nameIn(user: string | null): ProviderClaims {
  try {
    const { name } = JSON.parse(user ?? '') as { name?: { firstName?: unknown; lastName?: unknown } };
    const names = [name?.firstName, name?.lastName].map((each) => (typeof each === 'string' ? each : ''));
    const [given_name, family_name] = names;
    return { given_name, family_name, name: names.filter(Boolean).join(' ') };
  } catch {
    return {};
  }
}
