import { Body, HttpStatus, Inject, Patch, Put, Req, Res, UseGuards } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { CurrentSession, OptionalAuth } from '../../request/decorators.js';
import { TokenAuthGuard } from '../../request/token-auth.guard.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import type { Session } from '../../tokens/token-authenticator.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserSerializer } from '../../users/user-serializer.js';
import { failure, MESSAGES } from '../account-errors.js';
import { pick } from '../parameters.js';
import { PasswordUpdates } from '../passwords/password-updates.js';
import { Profiles } from '../profiles.js';
import { ACCOUNT_KEYS, AccountUpdates } from './account-updates.js';

/** `PUT` and `PATCH <path>`: changes the account of the client that asks, its password too. */
@OptionalAuth()
@UseGuards(TokenAuthGuard)
export class UpdateAccountController {
  constructor(
    @Inject(AccountUpdates) private readonly updates: AccountUpdates,
    @Inject(PasswordUpdates) private readonly passwords: PasswordUpdates,
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(UserSerializer) private readonly serializer: UserSerializer,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Put()
  async replace(
    @CurrentSession() session: Session | null,
    @Body() body: unknown,
    @Req() request: IncomingRequest,
    @Res({ passthrough: true }) response: object,
  ) {
    if (
      Object.keys(pick(body, ACCOUNT_KEYS)).length === 0 &&
      !this.profiles.hasAny(this.config.accountUpdateDto, body)
    ) {
      throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.improperUpdate, { status: 'error' });
    }
    const user = await this.update(session, body, request, response);
    return { status: 'success', data: this.serializer.account(user) };
  }

  @Patch()
  async change(
    @CurrentSession() session: Session | null,
    @Body() body: unknown,
    @Req() request: IncomingRequest,
    @Res({ passthrough: true }) response: object,
  ) {
    return await this.replace(session, body, request, response);
  }

  private async update(
    session: Session | null,
    body: unknown,
    request: IncomingRequest,
    response: object,
  ): Promise<AnyUser> {
    if (session !== null) return await this.updates.update(session, body, request, response);
    // Some clients send the new password here, with the token of a reset link.
    if (this.passwords.isByToken(body)) return await this.passwords.update(null, body, request, response);
    throw this.updates.notFound();
  }
}
