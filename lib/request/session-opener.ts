import { Inject, Injectable } from '@nestjs/common';
import { Translator } from '../messages/translator.js';
import { AuthHeaders } from './auth-headers.js';
import { CrossSiteException, isCrossSite } from './cross-site.js';
import { originOf, type IncomingRequest } from './request-context.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { TokenService } from '../tokens/token.service.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/**
 * Signs a client in and puts its token into the response: what sign-up and sign-in have in common, and every way of signing
 * in that an application adds.
 *
 * @example
 * ```ts
 * @Public()
 * @Post('magic_link')
 * async signIn(@Body() body: MagicLink, @Req() request: IncomingRequest, @Res({ passthrough: true }) response: object) {
 *   await this.sessions.open(await this.links.redeem(body.code), request, response);
 * }
 * ```
 */
@Injectable()
export class SessionOpener {
  constructor(
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
    @Inject(Translator) private readonly translator: Translator,
  ) {}

  /**
   * Signs a client in for a user whose identity has been proven.
   *
   * @param authEpoch - the user's auth epoch when it was proven; the present one by default.
   * @throws DatabaseError when the database fails; in cookie mode ForbiddenException for a page of another origin, which
   * could otherwise sign its visitors in to an account of its own.
   */
  async open(user: AnyUser, request: IncomingRequest, response: object, authEpoch?: number): Promise<void> {
    const { cookie, trustedOrigins } = this.config;
    if (cookie !== null && isCrossSite(request, trustedOrigins)) {
      throw new CrossSiteException(this.translator.say('cross_site', request));
    }
    const epoch = authEpoch === undefined ? {} : { authEpoch };
    const issued = await this.tokens.issue(user, { origin: originOf(request), ...epoch });
    this.headers.write(response, { kind: 'token', issued, fresh: true });
  }
}
