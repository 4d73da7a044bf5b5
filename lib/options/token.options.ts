import type { Duration } from '../duration.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** How tokens live and change. */
export interface TokenOptions<U extends AnyUser = AnyUser> {
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
}
