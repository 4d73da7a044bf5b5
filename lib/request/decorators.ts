import { createParamDecorator, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import type { AuthClient } from '../tokens/client.js';
import type { Session } from '../tokens/token-authenticator.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { exchangeOf } from './request-context.js';

/** Whether a route wants a user. */
export type Access = 'guarded' | 'optional' | 'public';

/** @internal */
export const ACCESS = Symbol('nestjs-token-auth:access');
/** @internal */
export const ROTATE_EARLY = Symbol('nestjs-token-auth:rotate-early');

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
 * With the name of a property, that property.
 *
 * @example
 * ```ts
 * @Get() list(@CurrentUser() user: User) {}
 * @Get('mail') mail(@CurrentUser('email') email: string) {}
 * ```
 */
export const CurrentUser: (property?: string) => ParameterDecorator = createParamDecorator(
  (property: string | undefined, context: ExecutionContext): unknown => {
    const user: AnyUser | null = exchangeOf(context)?.state.session?.user ?? null;
    return property === undefined || user === null ? user : user[property as keyof AnyUser];
  },
);

/** The client that makes the request: an {@link AuthClient}, or null. */
export const CurrentClient: () => ParameterDecorator = createParamDecorator(
  (_: undefined, context: ExecutionContext): AuthClient | null => exchangeOf(context)?.state.session?.client ?? null,
);

/**
 * The session behind the request, or null.
 *
 * @internal
 */
export const CurrentSession: () => ParameterDecorator = createParamDecorator(
  (_: undefined, context: ExecutionContext): Session | null => exchangeOf(context)?.state.session ?? null,
);
