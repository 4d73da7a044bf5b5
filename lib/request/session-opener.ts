import { Inject, Injectable } from '@nestjs/common';
import type { IncomingRequest } from '../incoming-request.js';
import { Message } from '../messages/message.js';
import { AnswerLanguage } from './answer-language.js';
import { AuthHeaders } from './auth-headers.js';
import { CrossSiteException, isCrossSite } from './cross-site.js';
import { originOf } from './request-context.js';
import { SignInGate } from './sign-in-gate.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { IssuedToken } from '../tokens/credentials.js';
import type { SignInMethod } from '../tokens/token-events.js';
import { TokenService, type IssueOptions } from '../tokens/token.service.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** What a page hands over of a client that has just been signed in. */
export type PageCredentials = Omit<IssuedToken, 'accessToken'> & { readonly accessToken: string | null };

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
    @Inject(AnswerLanguage) private readonly language: AnswerLanguage,
    @Inject(SignInGate) private readonly gate: SignInGate,
  ) {}

  /**
   * Signs a client in for a user whose identity has been proven, unless `beforeSignIn` of the application's hooks
   * refuses.
   *
   * @param authEpoch - the user's auth epoch when it was proven; the present one by default.
   * @throws DatabaseError when the database fails; in cookie mode ForbiddenException for a page of another origin, which
   * could otherwise sign its visitors in to an account of its own.
   */
  async open(user: AnyUser, request: IncomingRequest, response: object, authEpoch?: number): Promise<void> {
    this.refuseCrossSite(request, response);
    await this.gate.pass({ user, method: 'application', request }, response);
    await this.start(user, request, response, { method: 'application', authEpoch });
  }

  /**
   * The same for whom the hook has been asked about already.
   *
   * @internal
   */
  async start(
    user: AnyUser,
    request: IncomingRequest,
    response: object,
    { method, authEpoch }: { method: SignInMethod; authEpoch?: number | undefined },
  ): Promise<void> {
    this.refuseCrossSite(request, response);
    const epoch = authEpoch === undefined ? {} : { authEpoch };
    const issued = await this.tokens.issue(user, { origin: originOf(request), method, ...epoch });
    this.headers.write(response, { kind: 'token', issued, fresh: true });
  }

  /**
   * The same where a page hands the credentials over to a script. In cookie mode the token is in the cookie alone: a
   * script must not read what the cookie keeps from it.
   *
   * @internal
   */
  async startByPage(
    user: AnyUser,
    request: IncomingRequest,
    response: object,
    options: Omit<IssueOptions, 'origin'>,
  ): Promise<PageCredentials> {
    const issued = await this.tokens.issue(user, { origin: originOf(request), ...options });
    if (this.config.cookie === null) return issued;
    this.headers.write(response, { kind: 'token', issued, fresh: true });
    return { ...issued, accessToken: null };
  }

  private refuseCrossSite(request: IncomingRequest, response: object): void {
    const { cookie, trustedOrigins } = this.config;
    if (cookie !== null && isCrossSite(request, trustedOrigins)) {
      throw new CrossSiteException(this.language.say(new Message('cross_site'), response, request));
    }
  }
}
