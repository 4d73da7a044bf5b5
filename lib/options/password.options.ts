import type { Duration } from '../duration.js';

/** How passwords are kept and changed. */
export interface PasswordOptions {
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
   * How many password computations may wait for the worker, 1 or more; beyond that sign-ins are answered 503 with
   * `Retry-After`, and the log says how many were, once a minute at most.
   *
   * @defaultValue `100`
   */
  passwordQueueLimit?: number;

  /**
   * When an account may only be changed by who knows its current password (`current_password`):
   * - `'attributes'`: at every change;
   * - `'password'`: when the password itself changes;
   * - `false`: never. A `current_password` that is sent is checked all the same.
   *
   * @defaultValue `false`, as existing clients of the protocol expect
   */
  checkCurrentPasswordBeforeUpdate?: 'attributes' | 'password' | false;

  /**
   * What the link of a reset mail does:
   * - `true`: it hands a reset token to the page, which sends it back with the new password;
   * - `false`: it signs whoever follows it in, as old clients of the protocol expect, mail scanners included.
   *
   * @defaultValue `true`
   */
  requireClientPasswordResetToken?: boolean;

  /**
   * How long the link of a reset mail works.
   *
   * @defaultValue `'6h'`
   */
  resetPasswordWithin?: Duration;
}
