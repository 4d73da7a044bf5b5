import { emailOf, isText } from './claims.js';
import type { OAuthProvider, ProviderAnswer, ProviderIdentity, ProviderOptionsWithSecret } from './oauth-provider.js';

/** What {@link githubProvider} takes. */
export interface GithubProviderOptions extends ProviderOptionsWithSecret {
  /**
   * Where GitHub is, for an Enterprise Server; `http:` only on the loopback.
   *
   * @defaultValue `'https://github.com'`
   */
  url?: string;

  /**
   * Where its API is.
   *
   * @defaultValue `'https://api.github.com'`, or `<url>/api/v3`
   */
  apiUrl?: string;
}

/**
 * GitHub, which speaks plain OAuth 2.0: its API tells who somebody is. The claims are those of `GET /user`.
 *
 * @example
 * ```ts
 * oauth: { github: githubProvider({ clientId, clientSecret }) }
 * ```
 */
export function githubProvider({
  url = 'https://github.com',
  apiUrl,
  ...options
}: GithubProviderOptions): OAuthProvider {
  const api = apiUrl ?? (url === 'https://github.com' ? 'https://api.github.com' : `${url}/api/v3`);
  const { clientSecret } = options;
  return {
    options,
    server: {
      issuer: `${url}/login/oauth`,
      authorization_endpoint: `${url}/login/oauth/authorize`,
      token_endpoint: `${url}/login/oauth/access_token`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    },
    scope: options.scope ?? 'read:user user:email',
    clientSecret: isText(clientSecret) ? () => clientSecret : null,
    parameters: {},
    identify: (answer) => identify(answer, api),
    faults: [url, api].every((each) => URL.canParse(each)) ? [] : ['needs absolute URLs for url and apiUrl'],
  };
}

interface GithubEmail {
  readonly email?: unknown;
  readonly primary?: unknown;
  readonly verified?: unknown;
}

/** The address of the public profile may be any; only the list of addresses says which ones are verified. */
async function identify({ resource }: ProviderAnswer, api: string): Promise<ProviderIdentity> {
  const user = (await resource(`${api}/user`)) as { id?: unknown };
  const emails = (await resource(`${api}/user/emails`)) as readonly GithubEmail[];
  const primary = Array.isArray(emails) ? emails.find((each: GithubEmail) => each.primary === true) : undefined;
  return {
    // A name can change hands; the number stays.
    subject: Number.isSafeInteger(user.id) ? String(user.id) : '',
    email: emailOf(primary?.email),
    emailVerified: primary?.verified === true,
    claims: { ...user },
  };
}
