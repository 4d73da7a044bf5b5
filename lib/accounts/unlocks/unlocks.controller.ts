import { Body, Get, HttpCode, HttpStatus, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { OneTimeTokenStore } from '../../one-time-tokens/one-time-token-store.js';
import { Public } from '../../request/decorators.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { UserStore } from '../../users/user-store.js';
import { MESSAGES } from '../account-errors.js';
import { invalidLink, isHead, LinkAnswers, notServed } from '../link-answers.js';
import { MailRequests } from '../mail-requests.js';
import { Notifier } from '../notifier.js';
import { configName, requireEmail } from '../parameters.js';
import { AccountLock } from '../sessions/account-lock.js';

/** `POST <path>/unlock` mails an unlock link; `GET <path>/unlock` is where it leads. It unlocks, and signs nobody in. */
@Public()
export class UnlocksController {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(OneTimeTokenStore) private readonly tokens: OneTimeTokenStore,
    @Inject(AccountLock) private readonly lock: AccountLock,
    @Inject(MailRequests) private readonly requests: MailRequests,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(LinkAnswers) private readonly answers: LinkAnswers,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Post('unlock')
  @HttpCode(HttpStatus.OK)
  async create(@Body() body: unknown, @Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
    this.requireServed(request);
    const address = requireEmail(body);
    const target = { config: configName(request), redirectUrl: null };
    await this.requests.write(response, 'unlock', address, ({ user }) => {
      this.notifier.sendLink(response, 'unlock', user, address, target);
      return true;
    });
    const message = this.config.paranoid ? MESSAGES.unlockSentParanoid : MESSAGES.unlockSent(address);
    return { success: true, message };
  }

  /** Whoever follows the link again finds the account unlocked, as after a mail scanner, and nothing else happens. */
  @Get('unlock')
  async show(
    @Query('unlock_token') secret: unknown,
    @Req() request: IncomingRequest,
    @Res() response: object,
  ): Promise<void> {
    this.requireServed(request);
    const token = await this.tokens.find(secret, 'unlock');
    const account = token === null ? null : await this.users.find(token.user);
    if (token === null || account === null || account.user.email !== token.email) throw invalidLink();
    if (isHead(request)) return this.answers.nothing(response);
    if (account.lockedAt !== null && (await this.lock.unlock(account))) {
      this.events.emit('user.unlocked', { user: account.user });
    }
    const { unlockSuccess } = this.config.redirects;
    if (unlockSuccess === null) return this.answers.page(response, MESSAGES.unlocked);
    this.answers.redirect(response, unlockSuccess, { unlock: 'true' });
  }

  private requireServed(request: IncomingRequest): void {
    if (this.config.lock?.byMail !== true) throw notServed(request);
  }
}
