import { Inject, Injectable } from '@nestjs/common';
import { TokenAuthHooks } from '../../hooks/token-auth-hooks.js';
import { originOf, type IncomingRequest } from '../../request/request-context.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';

/** Asks the application whether somebody may sign in by a provider, before anything of the account changes. */
@Injectable()
export class OmniauthAdmission {
  constructor(
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
  ) {}

  /** @throws what the hook throws. */
  async ask(user: AnyUser, request: IncomingRequest): Promise<void> {
    try {
      await this.hooks.beforeSignIn({ user, method: 'oauth', request });
    } catch (error) {
      const { email } = user;
      this.events.emit('user.sign_in_failed', { user, email, reason: 'hook', origin: originOf(request) });
      throw error;
    }
  }
}
