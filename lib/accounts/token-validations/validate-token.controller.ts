import { Get, HttpStatus, Inject, UseGuards } from '@nestjs/common';
import { CurrentUser, OptionalAuth } from '../../request/decorators.js';
import { TokenAuthGuard } from '../../request/token-auth.guard.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserSerializer } from '../../users/user-serializer.js';
import { failure, MESSAGES } from '../account-errors.js';

/** `GET <path>/validate_token`: tells a client whether it is still signed in, and who its user is. */
@OptionalAuth()
@UseGuards(TokenAuthGuard)
export class ValidateTokenController {
  constructor(@Inject(UserSerializer) private readonly serializer: UserSerializer) {}

  @Get('validate_token')
  validate(@CurrentUser() user: AnyUser | null) {
    if (user === null) throw failure(HttpStatus.UNAUTHORIZED, MESSAGES.invalidToken);
    return { success: true, data: this.serializer.session(user) };
  }
}
