import { Body, Get, HttpCode, HttpStatus, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { Public } from '../../request/decorators.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { MESSAGES } from '../account-errors.js';
import { invalidLink, isHead, LinkAnswers, notServed } from '../link-answers.js';
import { MailRequests } from '../mail-requests.js';
import { Notifier } from '../notifier.js';
import { configName, requireEmail } from '../parameters.js';
import { requireAllowed, wantedRedirect } from '../redirects.js';
import { Confirmations } from './confirmations.js';

/** `POST <path>/confirmation` mails the confirmation link once more; `GET <path>/confirmation` is where it leads. */
@Public()
export class ConfirmationsController {
  constructor(
    @Inject(Confirmations) private readonly confirmations: Confirmations,
    @Inject(MailRequests) private readonly requests: MailRequests,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(LinkAnswers) private readonly answers: LinkAnswers,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Post('confirmation')
  @HttpCode(HttpStatus.OK)
  async create(@Body() body: unknown, @Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
    if (this.config.confirmation === null) throw notServed(request);
    const redirectUrl = this.redirectOf(request);
    const address = requireEmail(body);
    const target = { config: configName(request), redirectUrl };
    await this.requests.write(response, 'confirmation', address, ({ user, unconfirmedEmail }) => {
      // An address that waits to replace this one is what has to be confirmed.
      this.notifier.sendLink(response, 'confirmation', user, unconfirmedEmail ?? address, target);
      return true;
    });
    const message = this.config.paranoid ? MESSAGES.confirmationSentParanoid : MESSAGES.confirmationSent(address);
    return { success: true, message };
  }

  @Get('confirmation')
  async show(
    @Query('confirmation_token') secret: unknown,
    @Req() request: IncomingRequest,
    @Res() response: object,
  ): Promise<void> {
    if (this.config.confirmation === null) throw notServed(request);
    const redirectUrl = this.redirectOf(request);
    if (isHead(request)) return this.answers.nothing(response);
    const isConfirmed = await this.confirmations.confirm(secret);
    if (redirectUrl !== null) {
      return this.answers.redirect(response, redirectUrl, { account_confirmation_success: String(isConfirmed) });
    }
    if (!isConfirmed) throw invalidLink();
    this.answers.page(response, MESSAGES.confirmed);
  }

  private redirectOf(request: IncomingRequest): string | null {
    const url = wantedRedirect(request, ['redirect_url'], this.config.redirects.confirmSuccess);
    requireAllowed(url, this.config, { data: null });
    return url;
  }
}
