import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oidcProvider, type OAuthProvider } from 'nestjs-token-auth';
import Provider, { type Configuration } from 'oidc-provider';

const PERSON = { sub: 'demo', email: 'demo@example.com', email_verified: true, name: 'Demo' };
const CLIENT = { clientId: 'sample-app', clientSecret: 'known to everybody who reads this' };

/**
 * Starts an OpenID provider on a free port of the loopback that asks nobody anything: everybody is {@link PERSON}. A real
 * application has the provider of somebody else, and this line: `oauth: { google: googleProvider({ … }) }`.
 *
 * @param redirectUri - where it may send browsers back to.
 */
export async function startDemoOidc(redirectUri: string): Promise<OAuthProvider> {
  const server = createServer().listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configuration(redirectUri));
  const handle = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const isQuestion = request.url?.startsWith('/interaction/') === true;
    void (isQuestion ? answerQuestion(provider, request, response) : handle(request, response));
  });
  return oidcProvider({ issuer, ...CLIENT, profile: ({ claims }) => ({ name: claims['name'] }) });
}

async function answerQuestion(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await provider.interactionFinished(request, response, { login: { accountId: PERSON.sub } });
  } catch {
    // Nobody has been asked, or too long ago. Any page can send a browser here.
    response.writeHead(400).end('Please sign in anew.');
  }
}

function configuration(redirectUri: string): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const hour = 3600;
  return {
    clients: [{ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [redirectUri] }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'demo' } as never] },
    cookies: { keys: ['for the demo alone'] },
    ttl: { Interaction: hour, Grant: hour, Session: hour, AccessToken: hour, IdToken: hour, AuthorizationCode: 60 },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, accountId) => ({ accountId, claims: () => PERSON }),
    // The consent, which nobody is asked for either.
    loadExistingGrant: async ({ oidc }) => {
      const { provider, client, session } = oidc;
      const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  };
}
