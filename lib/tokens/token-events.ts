import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { AuthClient } from './client.js';
import type { RequestOrigin } from './origin.js';

/** How somebody has signed in: `application` is what an application does by itself, through a service of this module. */
export type SignInMethod = 'password' | 'sign_up' | 'oauth' | 'password_reset' | 'reset_link' | 'application';

/** Why a sign-in has failed. `hook`: the application has refused it. */
export type SignInFailure = 'unknown_account' | 'wrong_password' | 'locked' | 'unconfirmed' | 'throttled' | 'hook';

/** Why a client has ended without signing itself out. */
export type EndReason =
  /** By its id, or with all others: by the user or the application. */
  | 'revoked'
  /** Another client has set a new password, or a reset link was used. */
  | 'password_changed'
  /** More clients than `maxNumberOfDevices`. */
  | 'evicted'
  /** A token was shown after its time. */
  | 'token_reused'
  /** With its account. */
  | 'account_deleted';

/**
 * What the module reports, by the name of the event: after it has been committed, and once. No event carries a secret.
 *
 * A `user` is the object that the request works with: as it was when the request looked, so before the change that an event
 * tells of, apart from `user.signed_up`. What a listener changes on it at once may get into the answer.
 */
export interface TokenAuthEventMap {
  /** An account has been made. */
  'user.signed_up': { user: AnyUser; method: 'password' | 'oauth'; provider: string; origin: RequestOrigin };
  /** A client has been signed in. */
  'user.signed_in': { user: AnyUser; client: AuthClient; method: SignInMethod; origin: RequestOrigin };
  /**
   * A sign-in has been refused. `email` is what was typed, which may be anything; `user` is null where there is none,
   * or where it was not looked for (`throttled`).
   */
  'user.sign_in_failed': { user: AnyUser | null; email: string | null; reason: SignInFailure; origin: RequestOrigin };
  /** A client has signed itself out. */
  'user.signed_out': { user: AnyUser; client: AuthClient };
  /** Properties of an account have been changed by its user: those that the application's own DTO names, or `email`. */
  'user.updated': { user: AnyUser; client: AuthClient; changed: readonly string[] };
  /** A password has been changed by a client, or set by who holds a reset token. */
  'user.password_changed': { user: AnyUser; by: 'client' | 'reset' };
  /** A reset mail has been asked for. */
  'user.password_reset_requested': { user: AnyUser; origin: RequestOrigin };
  /** An e-mail address has been confirmed, the one that replaces another included. */
  'user.email_confirmed': { user: AnyUser; email: string };
  /** The address of an account is another one now. */
  'user.email_changed': { user: AnyUser; from: string | null; to: string };
  /** Too many wrong passwords have locked an account. */
  'user.locked': { user: AnyUser; origin: RequestOrigin };
  /** An account has been unlocked: by the link of its mail, or by a reset. A lock that ends by itself is not told. */
  'user.unlocked': { user: AnyUser };
  /** An account has been deleted by its user. */
  'user.deleted': { user: AnyUser };
  /** An identity at a provider has been added to an account that there was. */
  'identity.linked': { user: AnyUser; provider: string };
  /** Clients have ended, and not by themselves; null: all of the user but the one that is `kept`. */
  'client.ended': { user: AnyUser; clientIds: readonly string[] | null; kept: string | null; reason: EndReason };
  /** A token has been replaced by its successor. */
  'token.rotated': { user: AnyUser; client: AuthClient; origin: RequestOrigin };
  /** A token that had been replaced was shown again after its time. */
  'token.reused': { user: AnyUser; client: AuthClient; origin: RequestOrigin; revoked: boolean };
  /** The database refused a rotation; the client keeps the token it has. */
  'rotation.failed': { client: AuthClient; error: unknown };
  /** A mail has not been sent, after several attempts or for lack of room. The kind says what it was about. */
  'mail.failed': { kind: string; error: unknown };
}

/**
 * Tells listeners what happened. A listener that fails is logged and fails no request; nobody waits for what it awaits,
 * but it begins within the request, so that heavy work belongs in a queue.
 *
 * @example
 * ```ts
 * constructor(@Inject(TokenAuthEvents) events: TokenAuthEvents) {
 *   events.on('token.reused', ({ user, origin, revoked }) => this.alerts.send(user, origin, revoked));
 * }
 * ```
 */
export class TokenAuthEvents {
  private readonly logger = new Logger('TokenAuth');
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  /** Calls the listener with every event of this name from now on. */
  on<E extends keyof TokenAuthEventMap>(event: E, listener: (payload: TokenAuthEventMap[E]) => unknown): this {
    this.emitter.on(event, async (payload: TokenAuthEventMap[E]) => {
      try {
        await listener(payload);
      } catch (error) {
        this.logger.error(`A listener of '${event}' failed: ${reasonOf(error)}`);
      }
    });
    return this;
  }

  /** @internal */
  emit<E extends keyof TokenAuthEventMap>(event: E, payload: TokenAuthEventMap[E]): void {
    if (this.emitter.listenerCount(event) > 0) this.emitter.emit(event, withoutDigest(payload));
  }
}

/** Programs sign in users that they have just made themselves, with the digest of the password on them. */
function withoutDigest<P extends object>(payload: P): P {
  const { user } = payload as { user?: AnyUser | null };
  if (user?.encryptedPassword == null) return payload;
  const { encryptedPassword: _digest, ...shown } = user;
  return { ...payload, user: Object.assign(Object.create(Object.getPrototypeOf(user) as object) as AnyUser, shown) };
}

/** Anything can be thrown, also what cannot be made a text. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? String(error) : `it threw a value of type ${typeof error}`;
}
