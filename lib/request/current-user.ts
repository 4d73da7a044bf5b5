import type { Type } from '@nestjs/common';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** What `@CurrentUser()` can be given. */
export interface CurrentUserDecorator {
  (property?: string): ParameterDecorator;
  <U extends AnyUser>(userEntity: Type<U>): UserParameterDecorator<U>;
}

/** Decorates a parameter that can hold such a user; on any other it does not compile. */
export type UserParameterDecorator<U extends AnyUser> = <T, K extends keyof T, I extends number>(
  target: T,
  method: K & (U extends ParameterOf<T[K], I> ? unknown : never),
  index: I,
) => void;

type ParameterOf<M, I extends number> = M extends (...parameters: infer P) => unknown ? P[I] : never;
