import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { IncomingRequest } from '../../incoming-request.js';
import { Realms } from '../../request/realms.js';
import { RequestAuthenticator } from '../../request/request-authenticator.js';
import { TokenAuthGuard } from '../../request/token-auth.guard.js';
import type { Session } from '../../tokens/token-authenticator.js';
import { PasswordUpdates } from './password-updates.js';

/** Looks at no session where a reset token is shown: the answer carries that of its account, and no other. */
@Injectable()
export class ResetTokenGuard extends TokenAuthGuard {
  constructor(
    @Inject(RequestAuthenticator) requests: RequestAuthenticator,
    @Inject(Reflector) reflector: Reflector,
    @Inject(Realms) realms: Realms,
    @Inject(PasswordUpdates) private readonly updates: PasswordUpdates,
  ) {
    super(requests, reflector, realms);
  }

  protected override async authenticate(context: ExecutionContext): Promise<Session | null> {
    const { body } = context.switchToHttp().getRequest<IncomingRequest>();
    return this.updates.isByToken(body) ? null : await super.authenticate(context);
  }
}
