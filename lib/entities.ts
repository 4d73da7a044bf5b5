import type { Type } from '@nestjs/common';
import { identityEntityFor } from './identities/identity.entity.js';
import { oneTimeTokenEntityFor } from './one-time-tokens/one-time-token.entity.js';
import { throttleEntityFor } from './throttling/throttle.entity.js';
import { tokenEntityFor } from './tokens/auth-token.entity.js';
import type { AnyUser } from './users/token-auth-user.entity.js';

/**
 * All entities of a user entity: itself, its clients, its one-time tokens, its identities at providers and its counters
 * of failed sign-ins. The module registers them by itself; list them where a data source is made without Nest, as for
 * migrations.
 *
 * @example
 * ```ts
 * new DataSource({ type: 'postgres', entities: [...entitiesFor(User)], migrations: [...] });
 * ```
 */
export function entitiesFor(userEntity: Type<AnyUser>): Type<object>[] {
  return [
    userEntity,
    ...[tokenEntityFor, oneTimeTokenEntityFor, identityEntityFor, throttleEntityFor].map((entityFor) =>
      entityFor(userEntity),
    ),
  ];
}
