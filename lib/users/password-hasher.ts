/** What a check of a password found. */
export interface PasswordVerdict {
  readonly valid: boolean;
  /** Whether the digest is weaker than what would be made today; the sign-in then replaces it. */
  readonly outdated: boolean;
}

/**
 * Turns passwords into digests and checks them. Give a class of your own to the module to replace bcrypt:
 *
 * @example
 * ```ts
 * @Injectable()
 * export class Argon2Hasher extends PasswordHasher {
 *   async hash(password: string) {
 *     return await argon2.hash(password);
 *   }
 *   async verify(password: string, digest: string | null) {
 *     const valid = await argon2.verify(digest ?? DUMMY_DIGEST, password);
 *     return { valid: valid && digest !== null, outdated: digest !== null && argon2.needsRehash(digest) };
 *   }
 * }
 *
 * TokenAuthModule.forRoot({ userEntity: User, passwordHasher: Argon2Hasher });
 * ```
 */
export abstract class PasswordHasher {
  /**
   * The digest to store.
   *
   * @throws PasswordQueueFullError when too many computations wait already.
   */
  abstract hash(password: string): Promise<string>;

  /**
   * Checks a password. It must do the same work whatever the digest: also for null, where there is no account or none with
   * a password, so that nobody learns from the time it takes whether an account exists.
   *
   * @throws PasswordQueueFullError when too many computations wait already.
   */
  abstract verify(password: string, digest: string | null): Promise<PasswordVerdict>;
}

/** Too many password computations wait; answered 503 with `Retry-After`. */
export class PasswordQueueFullError extends Error {
  override readonly name = 'PasswordQueueFullError';

  constructor() {
    super('Too many sign-ins are waiting. Please try again in a moment.');
  }
}
