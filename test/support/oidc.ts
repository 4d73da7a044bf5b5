import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oidcProvider, type OAuthProvider, type OidcProviderOptions } from 'nestjs-token-auth';
import Provider, { type Configuration } from 'oidc-provider';
import { watchText } from './secret-sources.js';

/** Somebody with an account at the provider. */
export interface Person {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

const CLIENT = { clientId: 'shop', clientSecret: 'a secret of thirty-two characters' };

/** A real OpenID provider on the loopback that signs in without a human. */
export class OidcServer {
  /** Who sits at the browser; null for somebody who refuses. */
  person: Person | null = null;
  private readonly people = new Map<string, Person>();
  /** The paths of the requests that have come so far. */
  readonly requests: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  /** @param redirectUris - where it may send browsers back to. */
  static async start(redirectUris: string[], port = 0): Promise<OidcServer> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const self = new OidcServer(server, issuer);
    const provider = new Provider(issuer, self.configuration(redirectUris));
    provider.on('grant.success', ({ body }) => watchText(JSON.stringify(body)));
    const handle = provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      self.requests.push(request.url?.split('?', 1)[0] ?? '');
      void (request.url?.startsWith('/interaction/')
        ? self.interact(provider, request, response)
        : handle(request, response));
    });
    return self;
  }

  /** The provider as an application is told of it. Everybody signs in anew each time. */
  provider(options: Partial<OidcProviderOptions> = {}): OAuthProvider {
    return oidcProvider({
      issuer: this.issuer,
      ...CLIENT,
      authorizationParameters: { prompt: 'login' },
      profile: ({ claims }) => ({ name: claims['name'] }),
      ...options,
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private configuration(redirectUris: string[]): Configuration {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return {
      clients: [{ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: redirectUris }],
      jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: '1' } as never] },
      cookies: { keys: ['for the tests alone'] },
      ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, accountId) => ({
        accountId,
        claims: () => ({ ...(this.people.get(accountId) ?? { sub: accountId }) }),
      }),
      loadExistingGrant: async ({ oidc }) => {
        const { provider, client, session } = oidc;
        const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    };
  }

  private async interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { person } = this;
    if (person === null) return await provider.interactionFinished(request, response, { error: 'access_denied' });
    this.people.set(person.sub, person);
    await provider.interactionFinished(request, response, { login: { accountId: person.sub } });
  }
}
