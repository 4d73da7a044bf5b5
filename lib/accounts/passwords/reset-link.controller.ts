import { Body, Get, HttpCode, HttpStatus, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { OneTimeTokenStore } from '../../one-time-tokens/one-time-token-store.js';
import { Public } from '../../request/decorators.js';
import { originOf } from '../../request/request-context.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { UserStore } from '../../users/user-store.js';
import { failure, MESSAGES } from '../account-errors.js';
import { invalidLink, isHead, LinkAnswers, notServed } from '../link-answers.js';
import { MailRequests } from '../mail-requests.js';
import { Notifier } from '../notifier.js';
import { configName, configOfLink, requireEmail } from '../parameters.js';
import { requireAllowed, wantedRedirect } from '../redirects.js';
import { LinkSignIns } from './link-sign-ins.js';

/** `POST <path>/password` and `GET <path>/password/edit`: mails a reset link, and is where it leads first. */
@Public()
export class ResetLinkController {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(OneTimeTokenStore) private readonly tokens: OneTimeTokenStore,
    @Inject(MailRequests) private readonly requests: MailRequests,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(LinkSignIns) private readonly signIns: LinkSignIns,
    @Inject(LinkAnswers) private readonly answers: LinkAnswers,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Post('password')
  @HttpCode(HttpStatus.OK)
  async create(@Body() body: unknown, @Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
    if (this.config.mail === null) throw notServed(request);
    const redirectUrl = this.redirectOf(request);
    const address = requireEmail(body);
    const target = { config: configName(request), redirectUrl };
    // Now: a connection that has been closed no longer knows its peer.
    const origin = originOf(request);
    await this.requests.write(response, 'resetPassword', address, ({ user }) => {
      if (user.provider !== 'email') return false;
      this.notifier.sendLink(response, 'resetPassword', user, address, target);
      this.notifier.later(response, 'resetPassword', async () => {
        this.events.emit('user.password_reset_requested', { user, origin });
      });
      return true;
    });
    const message = this.config.paranoid ? MESSAGES.resetSentParanoid : MESSAGES.resetSent(address);
    return { success: true, message };
  }

  /** Uses nothing up: mail scanners follow links before people do. */
  @Get('password/edit')
  async edit(
    @Query('reset_password_token') secret: unknown,
    @Req() request: IncomingRequest,
    @Res() response: object,
  ): Promise<void> {
    if (this.config.mail === null) throw notServed(request);
    const redirectUrl = this.redirectOf(request);
    const token = await this.tokens.find(secret, 'reset_password');
    // The token's own user has no address where its column is not selected.
    const account = token === null ? null : await this.users.find(token.user);
    if (token === null || account?.user.email !== token.email) throw invalidLink();
    if (isHead(request)) return this.answers.nothing(response);
    const reset = { reset_password_token: String(secret) };
    if (this.config.reset.requiresToken) return this.answers.redirect(response, redirectUrl, reset);
    const config = configOfLink(request);
    const credentials = await this.signIns.signIn(token, request, response);
    this.answers.redirect(response, redirectUrl, { ...credentials, ...reset, config, reset_password: 'true' });
  }

  private redirectOf(request: IncomingRequest): string {
    const url = wantedRedirect(request, ['redirect_url'], this.config.redirects.passwordReset);
    if (url === null) throw failure(HttpStatus.UNAUTHORIZED, MESSAGES.missingRedirectUrl);
    requireAllowed(url, this.config, { data: null });
    return url;
  }
}
