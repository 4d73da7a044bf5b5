import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { toMilliseconds, type Duration } from '../duration.js';
import { RECENT_SIGN_IN } from './decorators.js';
import { TokenAuthGuard } from './token-auth.guard.js';

/**
 * For sensitive routes: lets a client pass only if it has signed in lately, not merely stayed signed in (OWASP ASVS 5.0,
 * 7.5.3). Others are answered 403 with the code `recent_sign_in_required`; they sign in once more and repeat the request
 * with what that gives them. A 401 would make clients throw their credentials away.
 *
 * Guards with {@link TokenAuthGuard}, for the users that `@AuthenticateAs()` names. Such a route always wants a user,
 * whatever `@Public()` and `@OptionalAuth()` say of it or of its class. Of a method's and its class's duration the
 * method's counts.
 *
 * @param within - how long ago the sign-in may be; more than 0.
 * @throws TypeError for what is no such duration.
 * @example
 * ```ts
 * @RecentSignIn('10m')
 * @Delete('projects/:id') remove(@CurrentUser() user: User) {}
 * ```
 */
export function RecentSignIn(within: Duration): ClassDecorator & MethodDecorator {
  const milliseconds = toMilliseconds(within);
  if (milliseconds === 0) throw new TypeError("@RecentSignIn() needs more than 0 ms, such as '10m'.");
  return applyDecorators(SetMetadata(RECENT_SIGN_IN, milliseconds), UseGuards(TokenAuthGuard));
}
