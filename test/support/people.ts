import { Controller, Get, HttpCode, Post, Body, Redirect, UseGuards } from '@nestjs/common';
import { CurrentUser, TokenAuthGuard } from 'nestjs-token-auth';
import type { User } from './app.js';

/** A guarded route for the adapters of other HTTP libraries; `/people/away` leads to where a test has set it. */
@Controller('people')
@UseGuards(TokenAuthGuard)
export class PeopleController {
  static away = '';

  @Get()
  show(@CurrentUser() user: User) {
    return { email: user.email };
  }

  @Post()
  @HttpCode(200)
  look(@CurrentUser() user: User, @Body() body: unknown) {
    return { email: user.email, body };
  }

  @Get('away')
  @Redirect()
  leave() {
    return { url: PeopleController.away };
  }
}
