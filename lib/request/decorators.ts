import {
  createParamDecorator,
  SetMetadata,
  type CustomDecorator,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import type { AuthClient } from '../tokens/client.js';
import type { Session } from '../tokens/token-authenticator.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { CurrentUserDecorator, UserParameterDecorator } from './current-user.js';
import { sessionOf } from './request-context.js';

/** Whether a route wants a user. */
export type Access = 'guarded' | 'optional' | 'public';

/** @internal */
export const ACCESS = Symbol('nestjs-token-auth:access');
/** @internal */
export const USER_ENTITIES = Symbol('nestjs-token-auth:user-entities');
/** @internal */
export const ROTATE_EARLY = Symbol('nestjs-token-auth:rotate-early');
/** @internal */
export const RECENT_SIGN_IN = Symbol('nestjs-token-auth:recent-sign-in');

/** Opens a route, or all routes of a controller, to everybody: its guard does not even look at credentials. */
export const Public = (): CustomDecorator<symbol> => SetMetadata(ACCESS, 'public' satisfies Access);

/** Lets everybody pass and knows the user where there is one: `@CurrentUser()` is null for the others. */
export const OptionalAuth = (): CustomDecorator<symbol> => SetMetadata(ACCESS, 'optional' satisfies Access);

/**
 * Rotates before the handler runs instead of after it, for handlers that send the response themselves (`@Res()`, `@Sse()`)
 * and would otherwise never rotate. The new token then goes out even if the handler fails.
 */
export const RotateEarly = (): CustomDecorator<symbol> => SetMetadata(ROTATE_EARLY, true);

/**
 * The user who makes the request, as its repository would load it; null where nobody has to be signed in and nobody is.
 * With the name of a property, that property. With a user entity, the user if it is one of these, else null; the parameter
 * must then be able to hold one.
 *
 * @example
 * ```ts
 * @Get() list(@CurrentUser() user: User) {}
 * @Get('mail') mail(@CurrentUser('email') email: string) {}
 * @Get('audit') @AuthenticateAs(User, Admin) audit(@CurrentUser(Admin) admin: Admin | null) {}
 * ```
 */
export const CurrentUser: CurrentUserDecorator = (wanted?: string | Type<AnyUser>) =>
  // In an object, because Nest takes some classes for pipes.
  userParameter({ wanted }) as ParameterDecorator & UserParameterDecorator<AnyUser>;

const userParameter = createParamDecorator(({ wanted }: { wanted: unknown }, context: ExecutionContext): unknown => {
  const user = sessionOf(context)?.user ?? null;
  if (typeof wanted === 'function') return user instanceof wanted ? user : null;
  return wanted === undefined || user === null ? user : user[wanted as keyof AnyUser];
});

/** The client that makes the request: an {@link AuthClient}, or null. */
export const CurrentClient: () => ParameterDecorator = createParamDecorator(
  (_: undefined, context: ExecutionContext): AuthClient | null => sessionOf(context)?.client ?? null,
);

/**
 * The session behind the request, or null.
 *
 * @internal
 */
export const CurrentSession: () => ParameterDecorator = createParamDecorator(
  (_: undefined, context: ExecutionContext): Session | null => sessionOf(context),
);
