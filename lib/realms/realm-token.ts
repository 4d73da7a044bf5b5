import type { InjectionToken, Type } from '@nestjs/common';
import { Identities } from '../identities/identities.js';
import { TokenAuthCleanup } from '../cleanup/token-auth-cleanup.js';
import { NodemailerMailer } from '../mails/nodemailer-mailer.js';
import { Outbox } from '../mails/outbox.js';
import { RequestAuthenticator } from '../request/request-authenticator.js';
import { SessionOpener } from '../request/session-opener.js';
import { TokenAuthEvents } from '../tokens/token-events.js';
import { TokenService } from '../tokens/token.service.js';
import { PasswordHasher } from '../users/password-hasher.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** What applications use of a realm. */
export const REALM_SERVICES = [
  TokenService,
  TokenAuthEvents,
  RequestAuthenticator,
  SessionOpener,
  Identities,
  PasswordHasher,
  Outbox,
  NodemailerMailer,
  TokenAuthCleanup,
] as const;

type RealmServiceClass = (typeof REALM_SERVICES)[number];

type RealmService<S extends RealmServiceClass, U extends AnyUser> = S extends typeof TokenService
  ? TokenService<U>
  : S extends typeof RequestAuthenticator
    ? RequestAuthenticator<U>
    : S extends typeof Identities
      ? Identities<U>
      : InstanceType<S>;

const tokens = new WeakMap<RealmServiceClass, WeakMap<Type<AnyUser>, symbol>>();

/**
 * Injection token of a service for the users of one entity, where an application has several kinds of users. The same
 * arguments always give the same token.
 *
 * @example
 * ```ts
 * constructor(@Inject(getTokenAuthToken(TokenService, Admin)) private readonly tokens: TokenService<Admin>) {}
 * ```
 */
export function getTokenAuthToken<S extends RealmServiceClass, U extends AnyUser>(
  service: S,
  userEntity: Type<U>,
): InjectionToken<RealmService<S, U>> {
  const ofService = tokens.get(service) ?? new WeakMap<Type<AnyUser>, symbol>();
  tokens.set(service, ofService);
  const token = ofService.get(userEntity) ?? Symbol(`nestjs-token-auth:${service.name} of ${userEntity.name}`);
  ofService.set(userEntity, token);
  return token;
}
