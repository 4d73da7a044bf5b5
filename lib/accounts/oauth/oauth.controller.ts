import { Get, HttpException, HttpStatus, Inject, Next, Param, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { OAuthProviders } from '../../oauth/oauth-providers.js';
import { Public } from '../../request/decorators.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { declaredProperties } from '../../users/profile.js';
import { failure, MESSAGES } from '../account-errors.js';
import { isHead } from '../link-answers.js';
import { pick, textParameter } from '../parameters.js';
import { FlowCookies } from './flow-cookies.js';
import { OAuthAnswers } from './oauth-answers.js';
import { destinationOf, passOn } from './oauth-requests.js';
import { OAuthSignIns } from './oauth-sign-ins.js';
import type { Destination } from './sign-in-flow.js';

/** `GET <path>/:provider`: sends the browser to a provider. */
@Public()
export class OAuthController {
  constructor(
    @Inject(OAuthProviders) private readonly providers: OAuthProviders,
    @Inject(FlowCookies) private readonly flows: FlowCookies,
    @Inject(OAuthSignIns) private readonly signIns: OAuthSignIns,
    @Inject(OAuthAnswers) private readonly answers: OAuthAnswers,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Get(':provider')
  async show(
    @Param('provider') provider: string,
    @Req() request: IncomingRequest,
    @Res() response: object,
    @Next() next: unknown,
  ): Promise<void> {
    if (this.providers.get(provider) === null) return passOn(request, next);
    if (isHead(request)) return this.answers.nothing(response);
    let destination: Destination | null = null;
    try {
      destination = destinationOf(request, this.config);
      this.answers.redirect(response, await this.begin(provider, destination, request, response));
    } catch (error) {
      this.answers.failure(response, destination, this.signIns.refusalOf(error, response));
    }
  }

  private async begin(
    provider: string,
    destination: Destination,
    request: IncomingRequest,
    response: object,
  ): Promise<string> {
    const { url, checks } = await this.providers.begin(provider);
    const { signUpDto } = this.config;
    const values = signUpDto === null ? {} : pick(request.query, declaredProperties(signUpDto));
    const flow = { ...destination, checks, config: textParameter(request, 'config_name'), values };
    if (this.flows.keep(provider, flow, request, response)) return url;
    throw this.tooLong();
  }

  /** A browser would not keep the cookie, and the sign-in would fail when the provider has done its part. */
  private tooLong(): HttpException {
    return failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthTooLong);
  }
}
