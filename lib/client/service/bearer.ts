import { secondsOf, TokenAuthError, UnreachableError } from '../errors.js';
import { lifetimeOf, useUntil } from './expiry.js';
import { headersOf, isBelow } from './request.js';
import type { SignInValues } from './service-options.js';
import type { Scheme, ServiceRequest, ServiceSession } from './session.js';

type Fetch = typeof globalThis.fetch;

/** What a header can carry (RFC 6750, section 2.1, and what services make of it). */
const TOKEN = /^[\x21-\x7e]+$/;

/** A code as of RFC 6749, section 5.2: anything longer might be an echo of what was sent. */
const CODE = /^[a-z][a-z0-9_.-]{0,63}$/i;

const ACCEPT = { accept: 'application/json' };

/** Services that answer a sign-in with `{ access_token, token_type, expires_at }` and take `Authorization: Bearer`. */
export class BearerScheme implements Scheme {
  constructor(
    private readonly base: URL,
    private readonly signInUrl: URL,
    private readonly signOutAt: { readonly url: URL; readonly method: 'DELETE' | 'POST' } | null,
    private readonly fetch: Fetch,
  ) {}

  async signIn(values: SignInValues, signal: AbortSignal): Promise<ServiceSession> {
    const isForm = values instanceof URLSearchParams;
    const response = await this.ask(this.signInUrl, signal, {
      method: 'POST',
      headers: isForm ? ACCEPT : { ...ACCEPT, 'content-type': 'application/json' },
      body: isForm ? values : JSON.stringify(values),
    });
    const answer = await readJson(response);
    if (!response.ok) throw refusal('sign-in', response, answer);
    const { access_token: token, token_type: type } = answer;
    if (typeof token !== 'string' || !TOKEN.test(token)) {
      throw new Error('The answer to the sign-in has no access_token. Check signInPath and the scheme.');
    }
    if (type !== undefined && !/^bearer$/i.test(`${type as string}`)) {
      throw new Error(
        'The answer to the sign-in has a token_type other than Bearer, which the scheme bearer cannot use.',
      );
    }
    const usableUntil = useUntil(lifetimeOf(answer, response.headers.get('date')));
    return new BearerSession(
      token,
      usableUntil,
      this.base,
      this.fetch,
      async (until) => await this.signOut(token, until),
    );
  }

  private async signOut(token: string, signal: AbortSignal): Promise<void> {
    if (this.signOutAt === null) return;
    const { url, method } = this.signOutAt;
    const response = await this.ask(url, signal, {
      method,
      headers: { ...ACCEPT, authorization: `Bearer ${token}` },
      ...(method === 'POST' ? { body: new URLSearchParams({ token }) } : {}),
    });
    // Who is not known there is signed out.
    if (!response.ok && response.status !== 401 && response.status !== 404) {
      throw refusal('sign-out', response, await readJson(response));
    }
    await response.body?.cancel();
  }

  /** Follows no redirect: it could lead the credentials elsewhere. */
  private async ask(url: URL, signal: AbortSignal, init: RequestInit): Promise<Response> {
    try {
      return await this.fetch(url, { ...init, signal, redirect: 'manual' });
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw new UnreachableError({ cause });
    }
  }
}

/** A bearer token; it knows no more of its end than what the sign-in told. */
class BearerSession implements ServiceSession {
  constructor(
    private readonly token: string,
    private readonly usableUntil: number,
    private readonly base: URL,
    private readonly fetch: Fetch,
    readonly signOut: (signal: AbortSignal) => Promise<void>,
  ) {}

  get isFresh(): boolean {
    return Date.now() < this.usableUntil;
  }

  async send(request: ServiceRequest): Promise<Response | null> {
    const headers = headersOf(request);
    // The platform takes this header off where a redirect leads to another origin.
    headers.set('authorization', `Bearer ${this.token}`);
    const response = await this.fetch(request.input, { ...request.init, headers });
    // A redirect to elsewhere has not shown the token to who answers.
    const isRefused = response.status === 401 && (!response.redirected || isBelow(this.base, response.url));
    if (!isRefused) return response;
    await response.body?.cancel();
    return null;
  }
}

/** Tells no more than the status and the code: texts of a service might repeat what they were sent. */
function refusal(what: string, { status, headers }: Response, { error, code }: Record<string, unknown>): Error {
  const known = [code, error].find((each): each is string => typeof each === 'string' && CODE.test(each));
  const message = `The ${what} was refused with status ${status}${known === undefined ? '' : ` (${known})`}.`;
  return new TokenAuthError(message, status, known, [], {}, {}, secondsOf(headers.get('retry-after')));
}

/** An object, empty where the answer is none: the errors of the platform would quote it. */
async function readJson(response: Response): Promise<Record<string, unknown>> {
  try {
    const value: unknown = await response.json();
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
