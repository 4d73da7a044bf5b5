import { createTokenAuthClient, type TokenAuthClient, type TokenAuthClientOptions } from 'nestjs-token-auth/client';
import { PASSWORD, newAccount } from './accounts.js';
import type { TestApp } from './app.js';

/** What a client has sent and got: the token that was shown, and the status; null where nothing came back. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly token: string | null;
  readonly init: RequestInit | undefined;
  status: number | null;
}

/** Sends requests over the loopback, keeps what was sent, and can lose or hold back what comes back. */
export class Wire {
  readonly sent: Sent[] = [];
  /** Decides for each request what becomes of it; by default it passes. */
  fate: (request: Sent, pass: () => Promise<Response>) => Promise<Response> = (_, pass) => pass();

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    const request: Sent = { method, path: url.pathname + url.search, token: shown(headers), init, status: null };
    this.sent.push(request);
    return await this.fate(request, async () => {
      const response = await fetch(input, init);
      request.status = response.status;
      return response;
    });
  };

  /** The paths of all that was sent, in order. */
  get paths(): string[] {
    return this.sent.map(({ path }) => path);
  }

  /** Lets the server answer and loses the answer. */
  static async lose(pass: () => Promise<Response>): Promise<never> {
    await (await pass()).arrayBuffer();
    throw new TypeError('fetch failed');
  }
}

/** The token in the header that the client sends. */
export function shown(headers: Headers): string | null {
  const [, encoded] = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '') ?? [];
  return encoded === undefined ? null : JSON.parse(Buffer.from(encoded, 'base64').toString())['access-token'];
}

export interface Signed {
  readonly client: TokenAuthClient<any>;
  readonly wire: Wire;
  readonly email: string;
}

/** A client of a new account, signed in; the batch that a sign-in opens has closed already. */
export async function signedIn(app: TestApp, options: Partial<TokenAuthClientOptions> = {}): Promise<Signed> {
  const { email } = await newAccount(app);
  const wire = new Wire();
  const client = createTokenAuthClient<any>({ baseUrl: app.url, fetch: wire.fetch, ...options });
  await client.signIn({ email, password: PASSWORD });
  app.clock.advance('10s');
  wire.sent.length = 0;
  return { client, wire, email };
}
