import type { HeaderNames } from '../header-names.js';
import type { EndReason } from '../tokens/token-events.js';

/** How credentials travel. */
export interface CarrierOptions {
  /**
   * Other names for the headers, by the protocol's name. The same names are used in cookies, Bearer values and queries.
   *
   * @example `{ 'access-token': 'x-access-token' }`
   */
  headersNames?: Partial<HeaderNames>;

  /**
   * Cookie mode: credentials travel in one cookie instead of the headers.
   *
   * @defaultValue `false`
   */
  cookieEnabled?: boolean;

  /**
   * The name of the cookie.
   *
   * @defaultValue `'__Host-auth_cookie'`, or `'auth_cookie'` where the attributes do not allow that prefix
   */
  cookieName?: string;

  /** Attributes of the cookie. */
  cookieAttributes?: CookieAttributes;

  /**
   * Whether credentials are also read from the query string. They end up in logs and histories there.
   *
   * @defaultValue `false`
   */
  queryEnabled?: boolean;

  /**
   * Cookie mode: origins beside the application's own whose pages may change state, such as `'https://app.example.com'`;
   * pages of the same site on another host or port need it too. A request that a page of any other origin makes with the
   * cookie, or to an endpoint of this module, is refused with 403 unless it only reads (GET, HEAD, OPTIONS); a WebSocket
   * that such a page opens is a stranger's.
   *
   * Old browsers, WebSockets and pages without TLS are told by `Origin` and `Host` alone: where a proxy changes the Host
   * header, list the application's own origin too.
   *
   * @defaultValue none
   */
  trustedOrigins?: readonly string[];

  /**
   * What becomes of an open WebSocket whose client has ended: at once where this process has ended it, else within 15 s.
   * The socket is one of `ws` or of Socket.IO. Its next message is refused in any case.
   *
   * @defaultValue `ws` and graphql-ws: closes it with code 4401; Socket.IO: emits `session_ended` with `{ reason }` and
   * disconnects
   * @example `(socket, reason) => (socket as Socket).leave('members')`
   */
  endSocket?: (socket: object, reason: SocketEndReason) => unknown;
}

/** Why a WebSocket is told that its client has ended; `unknown` where another process, or the application, has ended it. */
export type SocketEndReason = EndReason | 'signed_out' | 'expired' | 'unknown';

/** Attributes of the cookie, as in RFC 6265bis. Without a maximum age it lives as long as the token's lifespan. */
export interface CookieAttributes {
  /** @defaultValue none: this host alone */
  domain?: string;
  /** @defaultValue `'/'` */
  path?: string;
  /** @defaultValue `true`; browsers accept it on `http://localhost` too */
  secure?: boolean;
  /** @defaultValue `true` */
  httpOnly?: boolean;
  /** @defaultValue `'lax'` */
  sameSite?: 'strict' | 'lax' | 'none';
}
