import { Inject, Injectable } from '@nestjs/common';
import { AuthHeaders } from '../request/auth-headers.js';
import { originOf, type IncomingRequest } from '../request/request-context.js';
import { TokenService } from '../tokens/token.service.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** What sign-up and sign-in have in common: a client is signed in, and its token goes into the response. */
@Injectable()
export class SessionOpener {
  constructor(
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
  ) {}

  /** Signs a client in for a user whose identity has been proven, at the time of that auth epoch. */
  async open(user: AnyUser, request: IncomingRequest, response: object, authEpoch?: number): Promise<void> {
    const epoch = authEpoch === undefined ? {} : { authEpoch };
    const issued = await this.tokens.issue(user, { origin: originOf(request), ...epoch });
    this.headers.write(response, { kind: 'token', issued, fresh: true });
  }
}
