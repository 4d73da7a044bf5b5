import { applyDecorators, SetMetadata, UseGuards, type Type } from '@nestjs/common';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { USER_ENTITIES } from './decorators.js';
import { TokenAuthGuard } from './token-auth.guard.js';

/**
 * Guards a controller, a route, a resolver or a gateway with {@link TokenAuthGuard}, for users of these entities instead of
 * the default one; the first that accepts a request counts. A global guard goes by it too.
 *
 * @throws TypeError for what is not an entity class.
 * @example
 * ```ts
 * @AuthenticateAs(User, Admin)
 * @Get() list(@CurrentUser() user: User | Admin, @CurrentUser(Admin) admin: Admin | null) {}
 * ```
 */
export function AuthenticateAs(
  userEntity: Type<AnyUser>,
  ...others: readonly Type<AnyUser>[]
): ClassDecorator & MethodDecorator {
  const userEntities = [userEntity, ...others];
  if (!userEntities.every((entity) => typeof entity === 'function')) {
    throw new TypeError('@AuthenticateAs() needs entity classes. Do the files that hold them import each other?');
  }
  return applyDecorators(SetMetadata(USER_ENTITIES, userEntities), UseGuards(TokenAuthGuard));
}
