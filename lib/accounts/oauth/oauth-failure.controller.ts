import { Get, HttpException, HttpStatus, Inject, Next, Query, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { Public } from '../../request/decorators.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { failure, MESSAGES } from '../account-errors.js';
import { isHead } from '../link-answers.js';
import { OAuthAnswers } from './oauth-answers.js';
import { destinationOf, passOn } from './oauth-requests.js';

/** `GET <path>/failure`: says that a sign-in has failed, where an application or a proxy sends browsers there. */
@Public()
export class OAuthFailureController {
  constructor(
    @Inject(OAuthAnswers) private readonly answers: OAuthAnswers,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Get('failure')
  show(
    @Query('message') message: unknown,
    @Req() request: IncomingRequest,
    @Res() response: object,
    @Next() next: unknown,
  ): void {
    if (this.config.oauth.size === 0) return passOn(request, next);
    if (isHead(request)) return this.answers.nothing(response);
    const reason = reasonOf(message);
    try {
      this.answers.failure(response, destinationOf(request, this.config), reason);
    } catch {
      this.answers.failure(response, null, reason);
    }
  }
}

/** Anybody can make somebody follow a link with any text: only a word such as `invalid_credentials` is repeated. */
function reasonOf(message: unknown): HttpException {
  if (message === 'access_denied') return failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthRefused);
  const isWord = typeof message === 'string' && /^[a-z]+(_[a-z]+){0,5}$/.test(message) && message.length <= 64;
  if (!isWord) return failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthFailed);
  return new HttpException({ success: false, errors: [message], code: message }, HttpStatus.UNPROCESSABLE_ENTITY);
}
