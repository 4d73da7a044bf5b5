import { Body, Inject, Patch, Put, Req, Res, UseGuards } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { CurrentSession, OptionalAuth } from '../../request/decorators.js';
import type { Session } from '../../tokens/token-authenticator.js';
import { UserSerializer } from '../../users/user-serializer.js';
import { MESSAGES } from '../account-errors.js';
import { PasswordUpdates } from './password-updates.js';
import { ResetTokenGuard } from './reset-token.guard.js';

/** `PUT` and `PATCH <path>/password`: sets a new password. */
@OptionalAuth()
@UseGuards(ResetTokenGuard)
export class UpdatePasswordController {
  constructor(
    @Inject(PasswordUpdates) private readonly updates: PasswordUpdates,
    @Inject(UserSerializer) private readonly serializer: UserSerializer,
  ) {}

  @Put('password')
  async replace(
    @CurrentSession() session: Session | null,
    @Body() body: unknown,
    @Req() request: IncomingRequest,
    @Res({ passthrough: true }) response: object,
  ) {
    const user = await this.updates.update(session, body, request, response);
    return { success: true, data: this.serializer.account(user), message: MESSAGES.passwordUpdated };
  }

  @Patch('password')
  async change(
    @CurrentSession() session: Session | null,
    @Body() body: unknown,
    @Req() request: IncomingRequest,
    @Res({ passthrough: true }) response: object,
  ) {
    return await this.replace(session, body, request, response);
  }
}
