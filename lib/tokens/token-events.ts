import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { AuthClient } from './client.js';
import type { RequestOrigin } from './origin.js';

/** What the module reports, by the name of the event. No event carries a secret. */
export interface TokenAuthEventMap {
  /** A token that had been replaced was shown again after its time. */
  'token.reused': { user: AnyUser; client: AuthClient; origin: RequestOrigin; revoked: boolean };
  /** The database refused a rotation; the client keeps the token it has. */
  'rotation.failed': { client: AuthClient; error: unknown };
  /** A mail has not been sent, after several attempts or for lack of room. The kind says what it was about. */
  'mail.failed': { kind: string; error: unknown };
}

/**
 * Tells listeners what happened. A listener that fails is logged and fails no request.
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
  private readonly emitter = new EventEmitter();

  on<E extends keyof TokenAuthEventMap>(event: E, listener: (payload: TokenAuthEventMap[E]) => unknown): this {
    this.emitter.on(event, async (payload: TokenAuthEventMap[E]) => {
      try {
        await listener(payload);
      } catch (error) {
        this.logger.error(`A listener of '${event}' failed: ${String(error)}`);
      }
    });
    return this;
  }

  /** @internal */
  emit<E extends keyof TokenAuthEventMap>(event: E, payload: TokenAuthEventMap[E]): void {
    this.emitter.emit(event, payload);
  }
}
