import { Body, Get, HttpStatus, Inject, Next, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { OAuthProviders } from '../../oauth/oauth-providers.js';
import { Public } from '../../request/decorators.js';
import { failure, MESSAGES } from '../account-errors.js';
import { FromOtherSites } from '../cross-site.guard.js';
import { isHead } from '../link-answers.js';
import { FlowCookies } from './flow-cookies.js';
import { OAuthAnswers } from './oauth-answers.js';
import { callbackParameters, passOn } from './oauth-requests.js';
import { OAuthSignIns } from './oauth-sign-ins.js';

/** `GET` and `POST <path>/:provider/callback`: where a provider sends the browser back to. */
@Public()
export class OAuthCallbackController {
  constructor(
    @Inject(OAuthProviders) private readonly providers: OAuthProviders,
    @Inject(FlowCookies) private readonly flows: FlowCookies,
    @Inject(OAuthSignIns) private readonly signIns: OAuthSignIns,
    @Inject(OAuthAnswers) private readonly answers: OAuthAnswers,
  ) {}

  @Get(':provider/callback')
  async show(
    @Param('provider') provider: string,
    @Query() query: unknown,
    @Req() request: IncomingRequest,
    @Res() response: object,
    @Next() next: unknown,
  ): Promise<void> {
    if (this.providers.get(provider) === null) return passOn(request, next);
    if (isHead(request)) return this.answers.nothing(response);
    const parameters = callbackParameters(query);
    const flow = this.flows.take(provider, parameters.get('state'), request, response);
    if (flow === null) {
      const expired = failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthExpired);
      return this.answers.failure(response, null, expired);
    }
    try {
      const { user, payload } = await this.signIns.signIn(provider, flow, parameters, request, response);
      this.answers.success(response, flow, payload, user);
    } catch (error) {
      this.answers.failure(response, flow, this.signIns.refusalOf(error, response));
    }
  }

  /**
   * Providers that answer by a form (OAuth 2.0 Form Post Response Mode) make the browser send it from their own page, and so
   * without our cookie: it is sent once more, as a page of ours would. Nothing happens here.
   */
  @Post(':provider/callback')
  @FromOtherSites()
  create(
    @Param('provider') provider: string,
    @Body() body: unknown,
    @Req() request: IncomingRequest,
    @Res() response: object,
    @Next() next: unknown,
  ): void {
    if (this.providers.get(provider) === null) return passOn(request, next);
    const url = `${this.providers.callbackUrl(provider)}?${callbackParameters(body).toString()}`;
    this.answers.redirect(response, url, HttpStatus.SEE_OTHER);
  }
}
