import { HttpException, HttpStatus, Inject, Injectable } from '@nestjs/common';
import { TokenAuthHooks, type SignInAttempt } from '../hooks/token-auth-hooks.js';
import { SignInThrottle } from '../throttling/sign-in-throttle.js';
import { TokenAuthEvents, type SignInFailure } from '../tokens/token-events.js';
import { AnswerLanguage } from './answer-language.js';
import { AuthHeaders } from './auth-headers.js';
import { originOf } from './request-context.js';

/**
 * Asks the application before somebody is signed in whose identity has been proven by anything but a password. Vetoes count
 * as failed sign-ins of the account: a reset token must not be a way to try out second factors without end.
 */
@Injectable()
export class SignInGate {
  constructor(
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(SignInThrottle) private readonly throttle: SignInThrottle,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
    @Inject(AnswerLanguage) private readonly language: AnswerLanguage,
  ) {}

  /** @throws HttpException the veto, or 429 with `Retry-After` after too many; whatever else the hook throws. */
  async pass(asked: SignInAttempt, response: object): Promise<void> {
    if (this.hooks.beforeSignIn === TokenAuthHooks.prototype.beforeSignIn) return;
    const { user, request } = asked;
    const attempt = await this.throttle.admit(user.email ?? user.uid, originOf(request).ip);
    if (!attempt.admitted) {
      this.tellFailed(asked, 'throttled');
      this.headers.set(response, 'Retry-After', String(attempt.retryAfter));
      const body = this.language.errorBody('too_many_attempts', response, request);
      throw new HttpException(body, HttpStatus.TOO_MANY_REQUESTS);
    }
    try {
      await this.hooks.beforeSignIn(asked);
    } catch (error) {
      // A hook that broke has not judged anything.
      if (error instanceof HttpException) this.tellFailed(asked, 'hook');
      else await attempt.withdraw();
      throw error;
    }
    await attempt.withdraw();
  }

  private tellFailed({ user, request }: SignInAttempt, reason: SignInFailure): void {
    this.events.emit('user.sign_in_failed', { user, email: user.email ?? null, reason, origin: originOf(request) });
  }
}
