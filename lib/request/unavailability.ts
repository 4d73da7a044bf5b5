import { Inject, Injectable, Logger, ServiceUnavailableException } from '@nestjs/common';
import { TOKEN_AUTH_CLOCK, type Clock } from '../tokens/clock.js';
import { LegacyChecksBusyError } from '../tokens/legacy-digests.js';
import { PasswordQueueFullError } from '../users/password-hasher.js';
import { AnswerLanguage } from './answer-language.js';
import { AuthHeaders } from './auth-headers.js';
import { RareWarning } from './rare-warning.js';
import { canDeliver } from './request-context.js';

/** Seconds after which a client may try again. */
const RETRY_AFTER = 5;

/** Nothing is broken, but there is more to do than can be done: a flood of requests must not become one of the log. */
const OVERLOADS = [PasswordQueueFullError, LegacyChecksBusyError];

/** 503 with `Retry-After`. Never a 401 for a fault of ours: clients throw their credentials away on a 401. */
@Injectable()
export class Unavailability {
  private readonly logger = new Logger('TokenAuth');
  private readonly overloads: readonly { kind: (typeof OVERLOADS)[number]; warning: RareWarning }[];

  constructor(
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
    @Inject(AnswerLanguage) private readonly language: AnswerLanguage,
    @Inject(TOKEN_AUTH_CLOCK) clock: Clock,
  ) {
    this.overloads = OVERLOADS.map((kind) => ({ kind, warning: new RareWarning(clock) }));
  }

  of(error: unknown, response: object | null): ServiceUnavailableException {
    this.log(error);
    if (canDeliver(response)) this.headers.set(response, 'Retry-After', String(RETRY_AFTER));
    return new ServiceUnavailableException(this.language.errorBody('unavailable', response), { cause: error });
  }

  private log(error: unknown): void {
    const message = `Answered 503: ${String(error)}`;
    const overload = this.overloads.find(({ kind }) => error instanceof kind);
    if (overload === undefined) this.logger.error(message);
    else overload.warning.warn(message);
  }
}
