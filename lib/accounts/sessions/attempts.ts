import { HttpException, HttpStatus, Inject, Injectable } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { AuthHeaders } from '../../request/auth-headers.js';
import { originOf } from '../../request/request-context.js';
import { SignInThrottle, type Attempt } from '../../throttling/sign-in-throttle.js';
import { PasswordHasher, type PasswordVerdict } from '../../users/password-hasher.js';
import { failure, MESSAGES } from '../account-errors.js';

/** Lets a password be tried, or answers that there have been too many tries. */
@Injectable()
export class Attempts {
  constructor(
    @Inject(SignInThrottle) private readonly throttle: SignInThrottle,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
  ) {}

  /**
   * Counts an attempt at an account.
   *
   * @throws HttpException 429 with `Retry-After` beyond the limits.
   */
  async admit(email: string, request: IncomingRequest, response: object): Promise<Attempt> {
    const outcome = await this.throttle.admit(email, originOf(request).ip);
    if (outcome.admitted) return outcome;
    this.headers.set(response, 'Retry-After', String(outcome.retryAfter));
    throw this.refusal();
  }

  /** Checks a password; one that cannot be looked at now, because too many wait, does not count. */
  async verify(attempt: Attempt, password: unknown, digest: string | null): Promise<PasswordVerdict> {
    try {
      return await this.passwords.verify(typeof password === 'string' ? password : '', digest);
    } catch (error) {
      await attempt.withdraw();
      throw error;
    }
  }

  /** Lets an account start anew whose owner has proven to be it. */
  async forget(email: string): Promise<void> {
    await this.throttle.forget(email);
  }

  private refusal(): HttpException {
    return failure(HttpStatus.TOO_MANY_REQUESTS, MESSAGES.tooManyAttempts);
  }
}
