import {
  ForbiddenException,
  Inject,
  Injectable,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import type { IncomingRequest } from '../incoming-request.js';
import { AnswerLanguage } from '../request/answer-language.js';
import { isCrossSite } from '../request/cross-site.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';

const FROM_OTHER_SITES = Symbol('nestjs-token-auth:from-other-sites');

/** Lets pages of other origins in: for a handler that changes nothing. */
export const FromOtherSites = (): CustomDecorator<symbol> => SetMetadata(FROM_OTHER_SITES, true);

/**
 * Cookie mode: refuses what a page of another origin would change at an endpoint, with or without a cookie, so that it can
 * sign nobody in or out.
 */
@Injectable()
export class CrossSiteGuard implements CanActivate {
  constructor(
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
    @Inject(AnswerLanguage) private readonly language: AnswerLanguage,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<IncomingRequest>();
    if (Reflect.getMetadata(FROM_OTHER_SITES, context.getHandler()) === true) return true;
    if (this.config.cookie === null || !isCrossSite(request, this.config.trustedOrigins)) return true;
    // Guards come before interceptors.
    const response = context.switchToHttp().getResponse<object>();
    throw new ForbiddenException(this.language.errorBody('cross_site', response, request));
  }
}
