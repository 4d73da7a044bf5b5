import type { StoredSession, TokenStorage } from '../storage.js';
import { createTokenAuthClient } from '../token-auth-client.js';
import type { TokenAuthClient } from '../types.js';
import { serverTime, useUntil } from './expiry.js';
import type { SignInValues } from './service-options.js';
import type { Scheme, ServiceRequest, ServiceSession } from './session.js';

type Fetch = typeof globalThis.fetch;

/** The protocol of this package: a client of its own for each sign-in, which follows the tokens. */
export class TokenAuthScheme implements Scheme {
  constructor(
    private readonly baseUrl: URL,
    private readonly authPath: string,
    private readonly fetch: Fetch,
  ) {}

  async signIn(values: SignInValues, signal: AbortSignal): Promise<ServiceSession> {
    if (values instanceof URLSearchParams) throw new TypeError('The scheme token-auth signs in with an object.');
    const session = new TokenAuthSession(this.baseUrl, this.authPath, this.fetch);
    await session.signIn(values, signal);
    return session;
  }
}

/** A client that is signed in, and the only one who knows its token. */
class TokenAuthSession implements ServiceSession {
  private readonly memory = new SessionMemory();
  private readonly client: TokenAuthClient<unknown>;
  /** Of signing in or out, while that is under way. */
  private limit: AbortSignal | null = null;

  constructor(
    baseUrl: URL,
    authPath: string,
    private readonly platform: Fetch,
  ) {
    const fetch: Fetch = async (input, init) => await this.pass(input, init);
    this.client = createTokenAuthClient<unknown>({ baseUrl, authPath, storage: this.memory, fetch });
  }

  get isFresh(): boolean {
    return this.client.isSignedIn && Date.now() < this.memory.usableUntil;
  }

  async signIn(values: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<void> {
    this.limit = signal;
    await this.client.signIn(values);
    this.limit = null;
  }

  async send({ input, init }: ServiceRequest): Promise<Response | null> {
    const response = await this.client.fetch(input, init);
    // A handler may answer 401 by itself; the client asks the server, and knows.
    if (response.status !== 401 || this.client.isSignedIn) return response;
    await response.body?.cancel();
    return null;
  }

  async signOut(signal: AbortSignal): Promise<void> {
    this.limit = signal;
    await this.client.signOut();
    this.client.close();
  }

  private async pass(...[input, init]: Parameters<Fetch>): Promise<Response> {
    const response = await this.platform(input, this.limit === null ? init : { ...init, signal: this.limit });
    this.memory.date = response.headers.get('date');
    return response;
  }
}

/** Holds a session in memory, and knows until when to use it. */
class SessionMemory implements TokenStorage {
  /** The `Date` header of the last answer. */
  date: string | null = null;
  usableUntil = Infinity;
  private session: StoredSession | null = null;

  get(): StoredSession | null {
    return this.session;
  }

  set(session: StoredSession): void {
    this.session = session;
    this.usableUntil = useUntil(session.expiry * 1000 - serverTime(this.date));
  }

  remove(): void {
    this.session = null;
  }
}
