import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServiceClient, type ServiceClient, type ServiceClientOptions } from 'nestjs-token-auth/client';
import { PASSWORD } from './accounts.js';

/** What a request brought, and what it was answered with. */
export interface Visit {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

/** A lookup service as there are many: `POST /auth/sign_in` gives a bearer token, `/people` wants it. */
export class LoginService {
  readonly visits: Visit[] = [];
  /** Tokens that count, and whose they are. */
  readonly tokens = new Map<string, string>();
  /** What a sign-in answers beside the token. */
  grant: (token: string) => object = () => ({ token_type: 'Bearer', expires_in: 3600 });
  /** Answers instead of the service, or lets it answer by null; may wait. */
  instead: (line: string, response: ServerResponse) => Answer | null | Promise<Answer | null> = () => null;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<LoginService> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const service = new LoginService(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => void service.serve(request, response));
    return service;
  }

  /** A client for identities by their names; it keeps their tokens unless told otherwise. */
  connect(options: Partial<ServiceClientOptions<string>> = {}): ServiceClient<string> {
    return createServiceClient<string>({
      baseUrl: this.url,
      strategy: 'cached',
      scheme: 'bearer',
      credentials: (name) => ({ name, password: PASSWORD }),
      ...options,
    });
  }

  get signIns(): number {
    return this.visits.filter(({ line }) => line.startsWith('POST /auth/sign_in')).length;
  }

  /** What came, without what it carried. */
  get lines(): string[] {
    return this.visits.map(({ line }) => line);
  }

  revokeAll(): void {
    this.tokens.clear();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => '');
    const { authorization } = request.headers;
    const line = `${request.method} ${request.url}`;
    this.visits.push({ line, authorization, body });
    const [status, answer, headers] = (await this.instead(line, response)) ?? this.answer(line, authorization, body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(answer));
  }

  private answer(line: string, authorization: string | undefined, body: string): Answer {
    if (line === 'POST /auth/sign_in') return this.signIn(body);
    const token = authorization?.replace('Bearer ', '') ?? '';
    const name = this.tokens.get(token);
    if (name === undefined) return [401, { error: 'invalid_token' }];
    if (line === 'DELETE /auth/sign_out' || line === 'POST /auth/revoke') this.tokens.delete(token);
    return [200, { name, echo: body }];
  }

  private signIn(body: string): Answer {
    const values = (body.startsWith('{') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body))) as {
      name: string;
      password: string;
    };
    if (values.password !== PASSWORD) return [401, { error: 'invalid_grant', error_description: body }];
    const token = randomBytes(12).toString('base64url');
    this.tokens.set(token, values.name);
    return [200, { access_token: token, ...this.grant(token) }];
  }
}
