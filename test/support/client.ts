import { setTimeout as sleep } from 'node:timers/promises';
import { signInAs } from 'nestjs-token-auth/testing';
import type { TestApp } from './app.js';
import { watchHeaders, watchRequest, watchResponse } from './secret-sources.js';

/** The auth headers of a response: null where one is missing. */
export interface AuthHeaderValues {
  readonly accessToken: string | null;
  readonly client: string | null;
  readonly uid: string | null;
  readonly expiry: string | null;
  readonly tokenType: string | null;
  readonly authorization: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly auth: AuthHeaderValues;
  /** The body as JSON, or as text where it is none; without the codes, which are beside it. */
  readonly body: any;
  /** The stable code of a refusal. */
  readonly code?: string;
  /** The codes of what is wrong with each attribute. */
  readonly errorCodes?: Record<string, string[]>;
}

/** What a response is expected to tell: a new token, blanks, or nothing. */
export type Told = 'token' | 'blank' | 'nothing' | 'mixed';

export function told({ auth }: Answer): Told {
  const { accessToken, expiry, client, uid, tokenType, authorization } = auth;
  const five = [accessToken, expiry, client, uid, tokenType];
  if (five.every((value) => value === null) && authorization === null) return 'nothing';
  if (accessToken === '' && expiry === '' && client && uid && tokenType === 'Bearer' && authorization === null)
    return 'blank';
  return five.every(Boolean) && authorization?.startsWith('Bearer ') ? 'token' : 'mixed';
}

/** Sends a request and reads the answer whole. */
export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  watchRequest(init.body);
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  watchResponse(response, text);
  const { headers } = response;
  return {
    status: response.status,
    headers,
    auth: {
      accessToken: headers.get('access-token'),
      client: headers.get('client'),
      uid: headers.get('uid'),
      expiry: headers.get('expiry'),
      tokenType: headers.get('token-type'),
      authorization: headers.get('authorization'),
    },
    ...parse(text),
  };
}

/** A request from another device: the same address, but another user agent. */
export const FROM_ELSEWHERE = { headers: { 'user-agent': 'Elsewhere/1.0' } };

/** Sends JSON. */
export async function sendJson(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return await send(url, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** A client that follows its tokens as clients of the protocol do: it keeps the newest token that is not blank. */
export class ProtocolClient {
  headers: Record<string, string>;

  constructor(
    readonly app: Pick<TestApp, 'url'>,
    headers: Record<string, string>,
  ) {
    this.headers = { ...headers };
    watchHeaders(headers);
  }

  /** Signs a user in; the batch that a sign-in opens has closed already. */
  static async signedIn(app: TestApp, user?: any): Promise<ProtocolClient> {
    const client = await ProtocolClient.justSignedIn(app, user);
    app.clock.advance('10s');
    return client;
  }

  /** Signs a user in; the batch that the sign-in opened is still open. */
  static async justSignedIn(app: TestApp, user?: any): Promise<ProtocolClient> {
    return new ProtocolClient(app, await signInAs(app.nest, user ?? (await app.user())));
  }

  get token(): string {
    return this.headers['access-token'] ?? '';
  }

  /** Sends a request with what the client holds, without taking over what comes back. */
  async peek(path: string, init: RequestInit = {}): Promise<Answer> {
    return await send(this.app.url + path, { ...init, headers: { ...this.headers, ...(init.headers as object) } });
  }

  /** Sends a request with another token, without taking over what comes back. */
  async show(token: string, path: string, init: RequestInit = {}): Promise<Answer> {
    return await this.peek(path, { ...init, headers: { ...(init.headers as object), 'access-token': token } });
  }

  /** Sends a request and takes over the token that comes back. */
  async go(path: string, init: RequestInit = {}): Promise<Answer> {
    const answer = await this.peek(path, init);
    if (answer.auth.accessToken) {
      this.headers['access-token'] = answer.auth.accessToken;
      if (answer.auth.uid) this.headers['uid'] = answer.auth.uid;
    }
    return answer;
  }
}

/** Waits until something holds; fails after five seconds. */
export async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 5000; Date.now() < deadline; await sleep(10)) {
    if (await check()) return;
  }
  throw new Error('It did not come to hold within five seconds.');
}

function parse(text: string): Pick<Answer, 'body' | 'code' | 'errorCodes'> {
  const body = fromJson(text);
  if (typeof body !== 'object' || body === null || !('errors' in body)) return { body };
  const { code, error_codes: errorCodes, ...rest } = body as Record<string, any>;
  return { body: rest, code, errorCodes };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
