import { Inject, Injectable } from '@nestjs/common';
import type { IncomingRequest } from '../incoming-request.js';
import type { Message } from '../messages/message.js';
import { TOKEN_AUTH_CLOCK, type Clock } from '../tokens/clock.js';
import type { Session } from '../tokens/token-authenticator.js';
import type { Account } from '../users/user-store.js';
import { isBlank } from './account.input.js';
import { FAULTS } from './account-errors.js';
import { Attempts } from './sessions/attempts.js';

/** Checks that who changes an account knows its password. */
@Injectable()
export class CurrentPassword {
  constructor(
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
  ) {}

  /** Whether the client has come by a reset link, whose visitors have forgotten their password. */
  isExcused({ arrival }: Session): boolean {
    return this.clock.now() + arrival.clockOffset < (arrival.row.passwordChangeUntil ?? 0);
  }

  /**
   * What is wrong with it, or null. Counts like a sign-in: a stolen session must not be a way to guess the password.
   *
   * @throws HttpException 429 after too many attempts.
   */
  async faultOf(account: Account, given: unknown, request: IncomingRequest, response: object): Promise<Message | null> {
    if (isBlank(given)) return FAULTS.blank;
    const attempt = await this.attempts.admit(account.user.email ?? account.user.uid, request, response);
    if (!(await this.attempts.verify(attempt, given, account.encryptedPassword)).valid) return FAULTS.invalid;
    await attempt.succeeded();
    return null;
  }
}
