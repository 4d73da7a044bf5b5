import type { ClientAuth, Configuration, DiscoveryRequestOptions } from 'openid-client';
import { isEmail } from '../users/email.js';
import { isLoopback } from './loopback.js';
import type { OAuthProvider, ProviderAnswer, ProviderClaims, ProviderIdentity } from './oauth-provider.js';
import type { OpenidClient } from './openid-client.js';
import { ProviderError } from './provider-error.js';

/** What one sign-in must find again when the provider answers. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
}

/** How long one call to a provider may take, in seconds. */
const TIMEOUT = 10;

/** A provider whose endpoints are known. */
export class ProviderConnection {
  private constructor(
    private readonly client: OpenidClient,
    private readonly provider: OAuthProvider,
    private readonly configuration: Configuration,
  ) {}

  /** Discovers the endpoints of a provider. */
  static async open(client: OpenidClient, provider: OAuthProvider): Promise<ProviderConnection> {
    const { server } = provider;
    const configuration =
      typeof server === 'string'
        ? await discovered(client, provider, server)
        : new client.Configuration({ ...server }, provider.options.clientId, {}, proof(client, provider));
    configuration.timeout = TIMEOUT;
    const { fetch } = provider.options;
    if (fetch !== undefined) configuration[client.customFetch] = fetch as never;
    if (isLoopback(configuration.serverMetadata().issuer)) client.allowInsecureRequests(configuration);
    // TLS would do in this flow (OpenID Connect Core 1.0, section 3.1.3.7); a signature costs nothing once the keys are
    // known.
    if (typeof server === 'string') client.enableNonRepudiationChecks(configuration);
    return new ProviderConnection(client, provider, configuration);
  }

  /** Where to send the browser. */
  async authorizationUrl(redirectUri: string, { state, nonce, verifier }: Checks): Promise<string> {
    const { options, parameters, scope } = this.provider;
    const url = this.client.buildAuthorizationUrl(this.configuration, {
      ...options.authorizationParameters,
      ...parameters,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state,
      ...(this.isOpenid ? { nonce } : {}),
      code_challenge: await this.client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  /**
   * Redeems the code that the provider has sent the browser back with, and reads who it stands for.
   *
   * @param callback - the redirect URI with the parameters of the answer.
   * @throws what openid-client throws, and ProviderError.
   */
  async identify(callback: URL, { state, nonce, verifier }: Checks): Promise<ProviderIdentity> {
    const maxAge = this.provider.options.authorizationParameters?.['max_age'];
    const tokens = await this.client.authorizationCodeGrant(this.configuration, callback, {
      expectedState: state,
      pkceCodeVerifier: verifier,
      ...(this.isOpenid ? { expectedNonce: nonce, idTokenExpected: true } : {}),
      ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
    });
    const idToken = (tokens.claims() ?? null) as ProviderClaims | null;
    const answer: ProviderAnswer = {
      idToken,
      userinfo: () => this.userinfo(tokens.access_token, String(idToken?.['sub'])),
      resource: (url) => this.resource(tokens.access_token, url),
      parameter: (name) => callback.searchParams.get(name),
    };
    return usable(await this.provider.identify(answer));
  }

  private get isOpenid(): boolean {
    return typeof this.provider.server === 'string';
  }

  private async userinfo(accessToken: string, subject: string): Promise<ProviderClaims> {
    if (this.configuration.serverMetadata().userinfo_endpoint === undefined) return {};
    return (await this.client.fetchUserInfo(this.configuration, accessToken, subject)) as ProviderClaims;
  }

  private async resource(accessToken: string, url: string): Promise<unknown> {
    const headers = new Headers({ accept: 'application/json' });
    const response = await this.client.fetchProtectedResource(
      this.configuration,
      accessToken,
      new URL(url),
      'GET',
      null,
      headers,
    );
    if (response.ok) return await response.json();
    const reason = response.status >= 500 ? 'unavailable' : 'failed';
    throw new ProviderError(reason, `${url} answered ${response.status}`);
  }
}

async function discovered(client: OpenidClient, provider: OAuthProvider, issuer: string): Promise<Configuration> {
  const { clientId, fetch } = provider.options;
  const options: DiscoveryRequestOptions = {
    timeout: TIMEOUT,
    execute: isLoopback(issuer) ? [client.allowInsecureRequests] : [],
    ...(fetch === undefined ? {} : { [client.customFetch]: fetch as never }),
  };
  return await client.discovery(new URL(issuer), clientId, {}, proof(client, provider), options);
}

/**
 * Proves the application to the provider: by the body where it takes that, else by the header, which all must take (RFC 6749,
 * section 2.3.1). What it takes, and a secret that does not last, are known only when it is needed.
 */
function proof(client: OpenidClient, { clientSecret }: OAuthProvider): ClientAuth {
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const way = methods.includes('client_secret_post') ? client.ClientSecretPost : client.ClientSecretBasic;
    way(clientSecret?.())(server, ...rest);
  };
}

/** What can be kept. A subject has at most 255 ASCII characters (OpenID Connect Core 1.0, section 2). */
function usable(identity: ProviderIdentity): ProviderIdentity {
  const { subject, email } = identity;
  if (/^[\x20-\x7e]{1,255}$/.test(subject)) {
    return email !== null && isEmail(email) ? identity : { ...identity, email: null, emailVerified: false };
  }
  throw new ProviderError('failed', 'the provider did not say who it is, or not in a way that could be kept');
}
