import type { Type } from '@nestjs/common';
import type { Duration } from './duration.js';
import type { HeaderNames } from './header-names.js';
import type { PasswordHasher } from './users/password-hasher.js';
import type { AnyUser } from './users/token-auth-user.entity.js';

/**
 * How the module behaves. Everything has a default; each is checked at start-up, and all faults come in one error.
 *
 * @typeParam U - the application's user entity.
 */
export interface TokenAuthOptions<U extends AnyUser = AnyUser> {
  /**
   * Whether the token changes as it is used. `false`: the token of the sign-in serves until it expires.
   *
   * @defaultValue `true`
   */
  changeHeadersOnEachRequest?: boolean;

  /**
   * How long a client stays signed in without being used; starts anew at each rotation and at each written "last used".
   * At least 1 s.
   *
   * @defaultValue `'2 weeks'`
   */
  tokenLifespan?: Duration;

  /**
   * How long a client stays signed in at most, however much it is used; at least 1 s. `null`: no such end.
   *
   * @defaultValue `null`
   */
  clientLifespan?: Duration | null;

  /**
   * How long a batch stays open after a rotation, and after each of its late members: the time in which concurrent
   * requests may share one token. Shorter is safer; it must cover the time between the first and the last request of a
   * page, network included. `0` rotates at every request and fails concurrent ones.
   *
   * @defaultValue `'5s'`
   */
  batchRequestBufferThrottle?: Duration;

  /**
   * How long a batch can be kept open by late members, counted from its rotation. Not shorter than
   * `batchRequestBufferThrottle`.
   *
   * @defaultValue `'60s'`
   */
  batchRequestLimit?: Duration;

  /**
   * What a request of a batch is answered, beside the one that rotated:
   * - `'blank'`: `access-token` and `expiry` present and empty, as the protocol documents;
   * - `'repeat'`: the newest token once more, so that a retry after a lost response gets it, and clients that store
   *   whatever they find stay signed in;
   * - `'omit'`: no auth headers at all.
   *
   * @defaultValue `'blank'`
   */
  batchResponse?: 'blank' | 'repeat' | 'omit';

  /**
   * What happens when the response that carried a new token got lost:
   * - `'strict'`: the replaced token is dead once its batch has closed, so the session may be lost with it;
   * - `'forgiving'`: the replaced token is accepted until its successor is replaced in turn, and whoever shows it is told
   *   the same successor again. Recommended for mobile networks.
   *
   * @defaultValue `'strict'`; `'forgiving'` in cookie mode
   */
  lostResponse?: 'strict' | 'forgiving';

  /**
   * What happens when a token that was replaced is shown again after its time (RFC 9700, section 4.14):
   * - `'revoke'`: the request is refused and its client ends, unless the request comes from the address prefix and user
   *   agent that made the last rotation, as an honest straggler does;
   * - `'reject'`: the request is refused and nothing else.
   *
   * @defaultValue `'revoke'`
   */
  onTokenReuse?: 'revoke' | 'reject';

  /**
   * A secret of the application that is mixed into the digests of tokens, so that a copy of the database alone allows no
   * guess at all. At least 32 characters. In a list, the first makes new digests and the others still verify old ones;
   * `''` in a list stands for "none", for the time of the change.
   *
   * @defaultValue none
   */
  tokenPepper?: string | readonly string[];

  /**
   * How many clients a user may have signed in at once; signing in beyond that ends the least recently used ones. A
   * whole number of 1 or more, or a function of the user; one that gives anything else fails the sign-in with a TypeError.
   *
   * @defaultValue `10`
   */
  maxNumberOfDevices?: number | ((user: U) => number | Promise<number>);

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
   * The cost of bcrypt for new password digests, 4 to 31: each step doubles the work. Digests of a lower cost are
   * upgraded at the next sign-in.
   *
   * @defaultValue `12`
   */
  passwordCost?: number;

  /**
   * Devise's `pepper`: appended to passwords before hashing.
   *
   * @defaultValue none
   */
  passwordPepper?: string;

  /**
   * The shortest password that may be set, 1 to 72 characters. The longest is always 72 bytes, where bcrypt would cut it off.
   *
   * @defaultValue `8`
   */
  passwordMinLength?: number;

  /**
   * How many password computations may wait for the worker, 1 or more; beyond that sign-ins are answered 503 with `Retry-After`.
   *
   * @defaultValue `100`
   */
  passwordQueueLimit?: number;

  /**
   * What a user looks like in the answers of the endpoints.
   *
   * @defaultValue every column that is not `select: false`, in snake case as clients of the protocol expect
   */
  userResponse?: (user: U) => Record<string, unknown>;
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

/** Which of the module's endpoints are served. */
export interface TokenAuthEndpoints {
  /** `POST <path>` */
  signUp?: boolean;
  /** `POST <path>/sign_in` */
  signIn?: boolean;
  /** `DELETE <path>/sign_out` */
  signOut?: boolean;
  /** `GET <path>/validate_token` */
  validateToken?: boolean;
}

/** What shapes the module graph and therefore is given directly, also to `forRootAsync`. */
export interface TokenAuthModuleExtras<U extends AnyUser = AnyUser> {
  /** The application's user entity. */
  userEntity: Type<U>;
  /**
   * The name of the TypeORM data source that holds the users.
   *
   * @defaultValue the default data source
   */
  dataSource?: string;
  /**
   * Where the endpoints are mounted; a global prefix comes before it.
   *
   * @defaultValue `'auth'`
   */
  path?: string;
  /**
   * Which endpoints are served: `false` for none, or an object that switches single ones off.
   *
   * @defaultValue all
   */
  endpoints?: boolean | TokenAuthEndpoints;
  /**
   * What makes and checks password digests. Made inside this module: it can inject what is provided globally.
   *
   * @defaultValue bcrypt as Devise uses it, in a worker thread
   */
  passwordHasher?: Type<PasswordHasher>;
  /**
   * Whether other modules can use the guard without importing this module.
   *
   * @defaultValue `true`
   */
  isGlobal?: boolean;
}
