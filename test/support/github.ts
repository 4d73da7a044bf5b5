import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { githubProvider, type OAuthProvider } from 'nestjs-token-auth';

/** A server on the loopback that speaks plain OAuth 2.0 as GitHub does, and has its API. */
export class GithubServer {
  user: object = { id: 583231, login: 'octocat', name: 'The Octocat', email: 'public@example.com' };
  emails: unknown = [];
  /** Of the API. */
  status = 200;
  private readonly challenges = new Map<string, string>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<GithubServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const self = new GithubServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => void self.answer(request, response));
    return self;
  }

  get provider(): OAuthProvider {
    return githubProvider({
      url: this.url,
      clientId: 'shop',
      clientSecret: 'secret',
      profile: ({ claims }) => ({ name: claims['name'] }),
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    switch (pathname) {
      case '/login/oauth/authorize':
        return this.authorize(searchParams, response);
      case '/login/oauth/access_token':
        return reply(response, 200, this.redeem(new URLSearchParams(await textOf(request))));
      case '/api/v3/user':
      case '/api/v3/user/emails': {
        if (request.headers.authorization !== 'Bearer gho_token') return reply(response, 401, {});
        return reply(response, this.status, pathname.endsWith('emails') ? this.emails : this.user);
      }
      default:
        return reply(response, 404, {});
    }
  }

  private authorize(parameters: URLSearchParams, response: ServerResponse): void {
    const code = randomUUID();
    this.challenges.set(code, parameters.get('code_challenge') ?? '');
    const target = new URL(parameters.get('redirect_uri') ?? '');
    target.searchParams.set('code', code);
    target.searchParams.set('state', parameters.get('state') ?? '');
    response.writeHead(302, { location: target.href }).end();
  }

  /** GitHub says 200 whatever is wrong. */
  private redeem(form: URLSearchParams): object {
    const challenge = this.challenges.get(form.get('code') ?? '');
    this.challenges.delete(form.get('code') ?? '');
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isKnown = form.get('client_id') === 'shop' && form.get('client_secret') === 'secret';
    if (!isKnown || challenge !== verifier) return { error: 'bad_verification_code' };
    return { access_token: 'gho_token', token_type: 'bearer', scope: 'read:user,user:email' };
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
