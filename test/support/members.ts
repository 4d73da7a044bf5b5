import { Controller, Get, UseGuards } from '@nestjs/common';
import { CurrentUser, TokenAuthGuard } from 'nestjs-token-auth';
import type { User } from './app.js';

/** A guarded route that tells who asks. */
@Controller('members')
@UseGuards(TokenAuthGuard)
export class MembersController {
  @Get()
  show(@CurrentUser() user: User) {
    return { uid: user.uid };
  }
}
