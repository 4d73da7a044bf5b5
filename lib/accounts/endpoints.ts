import { Controller, SetMetadata, UseInterceptors, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { USER_ENTITIES } from '../request/decorators.js';
import type { TokenAuthEndpoints } from '../token-auth.options.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { FaultsInterceptor } from './faults.interceptor.js';
import { SignUpController } from './registrations/sign-up.controller.js';
import { SignInController } from './sessions/sign-in.controller.js';
import { SignOutController } from './sessions/sign-out.controller.js';
import { ValidateTokenController } from './token-validations/validate-token.controller.js';

const CONTROLLERS: Partial<Record<keyof TokenAuthEndpoints, Type<object>>> = {
  signUp: SignUpController,
  signIn: SignInController,
  signOut: SignOutController,
  validateToken: ValidateTokenController,
};

/** The controllers of the endpoints that are switched on, mounted under a path for the users of an entity. */
export function controllersFor(
  path: string,
  endpoints: boolean | TokenAuthEndpoints,
  userEntity: Type<AnyUser>,
): Type<object>[] {
  const switches = typeof endpoints === 'boolean' ? {} : endpoints;
  const names = Object.keys(CONTROLLERS) as (keyof TokenAuthEndpoints)[];
  return names
    .filter((name) => endpoints !== false && switches[name] !== false)
    .map((name) => mount(CONTROLLERS[name] as Type<object>, path, userEntity));
}

/** A controller of this path: a subclass, because the path belongs to the class. */
function mount(controller: Type<object>, path: string, userEntity: Type<AnyUser>): Type<object> {
  const mounted = class extends controller {};
  Object.defineProperty(mounted, 'name', { value: controller.name });
  // An application that versions its routes keeps the protocol's paths.
  Controller({ path, version: VERSION_NEUTRAL })(mounted);
  UseInterceptors(FaultsInterceptor)(mounted);
  // A global guard is the default realm's.
  SetMetadata(USER_ENTITIES, [userEntity])(mounted);
  return mounted;
}
