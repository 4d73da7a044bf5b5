import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { OAuthProvider, ProviderIdentity } from './oauth-provider.js';
import { loadOpenidClient, type OpenidClient } from './openid-client.js';
import { ProviderConnection, type Checks } from './provider-connection.js';
import { ProviderError } from './provider-error.js';

/** A sign-in that has begun: where to send the browser, and what has to be remembered. */
export interface BegunSignIn {
  readonly url: string;
  readonly checks: Checks;
}

/** The providers that an application signs in by. */
@Injectable()
export class OAuthProviders implements OnModuleInit {
  private readonly logger = new Logger('TokenAuth');
  private readonly connections = new Map<string, Promise<ProviderConnection>>();
  private client: OpenidClient | null = null;

  constructor(@Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig) {}

  /** Finds out at start-up, not with the first sign-in, that the package is missing. */
  async onModuleInit(): Promise<void> {
    if (this.config.oauth.size > 0) this.client = await loadOpenidClient();
  }

  get(name: string): OAuthProvider | null {
    return this.config.oauth.get(name) ?? null;
  }

  /** Where a provider sends the browser back to. Never made from a Host header, which anybody can forge. */
  callbackUrl(name: string): string {
    return new URL(`${this.config.publicUrl}/${name}/callback`).href;
  }

  /** @throws ProviderError when the provider cannot be reached. */
  async begin(name: string): Promise<BegunSignIn> {
    return await this.named(name, async () => {
      const connection = await this.connection(name);
      const { randomState, randomNonce, randomPKCECodeVerifier } = this.client as OpenidClient;
      const checks = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      return { url: await connection.authorizationUrl(this.callbackUrl(name), checks), checks };
    });
  }

  /**
   * Finds out who has come back from a provider.
   *
   * @param parameters - those of the callback.
   * @throws ProviderError
   */
  async complete(name: string, parameters: URLSearchParams, checks: Checks): Promise<ProviderIdentity> {
    return await this.named(name, async () => {
      const callback = new URL(this.callbackUrl(name));
      callback.search = parameters.toString();
      return await (await this.connection(name)).identify(callback, checks);
    });
  }

  private async named<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const fault = ProviderError.from(error);
      if (fault.reason !== 'refused') this.logger.warn(`A sign-in by '${name}' has failed: ${fault.message}`);
      throw fault;
    }
  }

  /**
   * At the first use, once for all who ask meanwhile, and again after a failure: a provider that is down stops no
   * application.
   */
  private async connection(name: string): Promise<ProviderConnection> {
    let connection = this.connections.get(name);
    if (connection === undefined) {
      connection = this.open(name);
      this.connections.set(name, connection);
      connection.catch(() => this.connections.delete(name));
    }
    return await connection;
  }

  private async open(name: string): Promise<ProviderConnection> {
    try {
      return await ProviderConnection.open(this.client as OpenidClient, this.get(name) as OAuthProvider);
    } catch (error) {
      throw new ProviderError(
        'unavailable',
        `its endpoints cannot be discovered: ${ProviderError.from(error).message}`,
      );
    }
  }
}
