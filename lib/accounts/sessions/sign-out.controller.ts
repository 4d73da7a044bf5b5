import { Delete, HttpStatus, Inject, Req, Res } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { AuthHeaders } from '../../request/auth-headers.js';
import { readCredentials } from '../../request/credentials-reader.js';
import { Public } from '../../request/decorators.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TokenAuthenticator } from '../../tokens/token-authenticator.js';
import { failure, MESSAGES } from '../account-errors.js';

/** `DELETE <path>/sign_out`: ends the client that makes the request. Any token that it was ever given will do. */
@Public()
export class SignOutController {
  constructor(
    @Inject(TokenAuthenticator) private readonly authenticator: TokenAuthenticator,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  @Delete('sign_out')
  async destroy(@Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
    const presented = readCredentials(request, this.config);
    const outcome = presented === null ? 'refused' : await this.authenticator.signOut(presented.credentials);
    if (outcome !== 'refused') this.headers.clearCookie(response);
    if (outcome !== 'signed out') throw failure(HttpStatus.NOT_FOUND, MESSAGES.notSignedIn);
    return { success: true };
  }
}
