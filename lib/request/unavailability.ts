import { Inject, Injectable, Logger, ServiceUnavailableException } from '@nestjs/common';
import { AnswerLanguage } from './answer-language.js';
import { AuthHeaders } from './auth-headers.js';
import { canDeliver } from './request-context.js';

/** Seconds after which a client may try again. */
const RETRY_AFTER = 5;

/** 503 with `Retry-After`. Never a 401 for a fault of ours: clients throw their credentials away on a 401. */
@Injectable()
export class Unavailability {
  private readonly logger = new Logger('TokenAuth');

  constructor(
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
    @Inject(AnswerLanguage) private readonly language: AnswerLanguage,
  ) {}

  of(error: unknown, response: object | null): ServiceUnavailableException {
    this.logger.error(`Answered 503: ${String(error)}`);
    if (canDeliver(response)) this.headers.set(response, 'Retry-After', String(RETRY_AFTER));
    return new ServiceUnavailableException(this.language.errorBody('unavailable', response), { cause: error });
  }
}
