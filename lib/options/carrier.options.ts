import type { HeaderNames } from '../header-names.js';

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
}

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
