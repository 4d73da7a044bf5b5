import type { IncomingRequest } from '../incoming-request.js';
import type { Session } from '../tokens/token-authenticator.js';
import type { Carrier } from './credentials-reader.js';

/** What one realm knows of a request. */
export interface RealmState {
  authentication?: Promise<unknown> | undefined;
  session?: Session | null;
  /** Where the credentials were found; undefined where there were none. */
  carrier?: Carrier;
  /** The client that the request names is none of this realm, or no longer. */
  ended?: boolean;
  departure?: Promise<void>;
}

/** Whom a guard let pass, and the realm that will answer with its headers. */
export interface Acceptance {
  readonly session: Session;
  readonly realm: RealmState | undefined;
}

const NONE: readonly string[] = Object.freeze([]);

/**
 * What is known of a request or a WebSocket, shared by all guards, resolvers and interceptors that it runs through. Realms
 * are told apart by their authenticator: none sees what another one knows.
 */
export class ExchangeState {
  private readonly realms = new Map<object, RealmState>();
  private readonly decisions = new Map<object, Acceptance | null>();
  private latest: RealmState | undefined;
  private clearedCookies: readonly string[] = NONE;
  /** Of a WebSocket: the headers of its handshake that its messages are answered by. They have none of their own. */
  handshakeHeaders: IncomingRequest['headers'] = {};

  /** Whether this cookie is cleared for the first time. */
  clears(cookie: string): boolean {
    if (this.clearedCookies.includes(cookie)) return false;
    this.clearedCookies = [...this.clearedCookies, cookie];
    return true;
  }

  of(authenticator: object): RealmState {
    let state = this.realms.get(authenticator);
    if (state === undefined) this.realms.set(authenticator, (state = {}));
    return state;
  }

  /**
   * Keeps what a guard decided for its handler. What an overriding step refused stays refused for all later guards.
   *
   * @param authenticators - those of the realms that the guard asked, in its order.
   */
  decide(scope: object, authenticators: readonly object[], session: Session | null): void {
    const realms = authenticators.map((each) => this.of(each));
    const realm = realms.find((each) => each.session);
    this.decisions.set(scope, session === null ? null : { session, realm });
    if (session !== null) this.latest = realm;
    else for (const each of realms) each.session = null;
  }

  /** Lets handlers without a guard know who opened a WebSocket. */
  bind(authenticator: object): void {
    this.latest = this.of(authenticator);
  }

  /** Whom the nearest guard let pass; null: nobody, undefined: no guard ran. */
  acceptedAt(scopes: readonly object[]): Acceptance | null | undefined {
    return this.decisions.get(scopes.find((scope) => this.decisions.has(scope)) ?? this);
  }

  /** Who makes the request, as seen from a handler: by the nearest guard, else by the last one that let somebody pass. */
  sessionAt(scopes: readonly object[]): Session | null {
    const accepted = this.acceptedAt(scopes);
    return (accepted === undefined ? this.latest : accepted)?.session ?? null;
  }
}
