import { Body, Get, HttpCode, HttpStatus, Inject, Post, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { Public } from '../../request/decorators.js';
import { SessionOpener } from '../../request/session-opener.js';
import { UserSerializer } from '../../users/user-serializer.js';
import { failure, MESSAGES } from '../account-errors.js';
import { pick } from '../parameters.js';
import { PasswordSignIn } from './password-sign-in.js';

/** `POST <path>/sign_in`: signs a client in by e-mail address and password. */
@Public()
export class SignInController {
  constructor(
    @Inject(PasswordSignIn) private readonly signIns: PasswordSignIn,
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(UserSerializer) private readonly serializer: UserSerializer,
  ) {}

  @Post('sign_in')
  @HttpCode(HttpStatus.OK)
  async create(@Body() body: unknown, @Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
    const { email, password } = pick(body, ['email', 'password']);
    const { user, authEpoch } = await this.signIns.prove(email, password, request, response);
    await this.sessions.start(user, request, response, { method: 'password', authEpoch });
    return { data: this.serializer.session(user) };
  }

  @Get('sign_in')
  show(): never {
    throw failure(HttpStatus.METHOD_NOT_ALLOWED, MESSAGES.signInByPost);
  }
}
