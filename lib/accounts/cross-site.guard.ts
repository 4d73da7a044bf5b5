import { HttpStatus, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CROSS_SITE_MESSAGE, isCrossSite } from '../request/cross-site.js';
import type { IncomingRequest } from '../request/request-context.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { failure } from './account-errors.js';

/**
 * Cookie mode: refuses what a page of another origin would change at an endpoint, with or without a cookie, so that it can
 * sign nobody in or out.
 */
@Injectable()
export class CrossSiteGuard implements CanActivate {
  constructor(@Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<IncomingRequest>();
    if (this.config.cookie === null || !isCrossSite(request, this.config.trustedOrigins)) return true;
    throw failure(HttpStatus.FORBIDDEN, CROSS_SITE_MESSAGE);
  }
}
