import type { Type } from '@nestjs/common';
import type { Duration } from '../duration.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** What the endpoints of accounts take, tell and refuse. */
export interface AccountOptions<U extends AnyUser = AnyUser> {
  /**
   * What a user looks like in the answers of the endpoints.
   *
   * @defaultValue every column that is not `select: false`, in snake case as clients of the protocol expect
   */
  userResponse?: (user: U) => Record<string, unknown>;

  /**
   * A class of the application whose properties, each with a decorator of class-validator, may be set at sign-up beside
   * `email` and `password`. Those that are columns of the user (`first_name` stands for `firstName`) are stored.
   *
   * @defaultValue none
   * @example
   * ```ts
   * export class Profile {
   *   @IsOptional() @IsString() @MaxLength(100)
   *   name?: string;
   * }
   * ```
   */
  signUpDto?: Type<object>;

  /**
   * The same for `PUT <path>`.
   *
   * @defaultValue none
   */
  accountUpdateDto?: Type<object>;

  /**
   * Whether no answer tells if an account exists: a sign-in with a wrong password, the requests for mails, and, where
   * e-mail addresses have to be confirmed, the sign-up with an address that is taken, whose owner gets a mail instead.
   *
   * @defaultValue `true`
   */
  paranoid?: boolean;

  /**
   * Whether an e-mail address has to be confirmed by a link before its account can be signed in to, and before it replaces
   * another one.
   *
   * @defaultValue `false`
   */
  confirmable?: boolean;

  /**
   * How long the link of a confirmation mail works.
   *
   * @defaultValue `'3 days'`
   */
  confirmWithin?: Duration;

  /**
   * How long an account can be signed in to before its address is confirmed; `null`: without end. A client that has been
   * signed in by then stays so.
   *
   * @defaultValue `0`
   */
  allowUnconfirmedAccessFor?: Duration | null;

  /**
   * Whether an account is locked after too many wrong passwords in a row.
   *
   * @defaultValue `false`
   */
  lockable?: boolean;

  /**
   * How many wrong passwords in a row lock an account; 1 or more. A sign-in under way counts until its password has
   * been found right, so more of them at once than this number lock the account too.
   *
   * @defaultValue `20`
   */
  maximumAttempts?: number;

  /**
   * What unlocks an account: the link of a mail, `unlockIn`, or either.
   *
   * @defaultValue `'both'`; `'time'` where no mails are sent
   */
  unlockStrategy?: 'both' | 'email' | 'time';

  /**
   * After what time a locked account unlocks by itself.
   *
   * @defaultValue `'1h'`
   */
  unlockIn?: Duration;

  /**
   * Whether failed sign-ins are counted, by account and by address, and refused with 429 beyond the limits below. Counters
   * are kept in the database.
   *
   * @defaultValue `true`
   */
  throttleSignIn?: boolean;

  /**
   * How many sign-ins to one account may fail within `throttleWindow`; those under way count until their password has been
   * found right. A network that the account is signed in from has a count of its own, and a password reset starts anew, so
   * that nobody can keep the owner out. OWASP ASVS allows a hundred failures an hour.
   *
   * @defaultValue `50`
   */
  throttleAccountLimit?: number;

  /**
   * How many sign-ins from one address (IPv6: one /64) may fail within `throttleWindow`.
   *
   * @defaultValue `200`
   */
  throttleAddressLimit?: number;

  /**
   * The time in which failed sign-ins are counted, at least 1 s.
   *
   * @defaultValue `'30m'`
   */
  throttleWindow?: Duration;
}
