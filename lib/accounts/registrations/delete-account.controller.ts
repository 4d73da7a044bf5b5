import { Delete, HttpStatus, Inject, Req, Res, UseGuards } from '@nestjs/common';
import { isForeignKeyViolation } from '../../database/database-errors.js';
import { TokenAuthHooks } from '../../hooks/token-auth-hooks.js';
import type { IncomingRequest } from '../../incoming-request.js';
import { OneTimeTokenStore } from '../../one-time-tokens/one-time-token-store.js';
import { AuthHeaders } from '../../request/auth-headers.js';
import { CurrentSession, OptionalAuth } from '../../request/decorators.js';
import { TokenAuthGuard } from '../../request/token-auth.guard.js';
import type { Session } from '../../tokens/token-authenticator.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { TokenStore } from '../../tokens/token-store.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserChanges } from '../../users/user-changes.js';
import { failure, MESSAGES } from '../account-errors.js';

/** `DELETE <path>`: deletes the account of the client that asks. */
@OptionalAuth()
@UseGuards(TokenAuthGuard)
export class DeleteAccountController {
  constructor(
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(TokenStore) private readonly tokens: TokenStore,
    @Inject(OneTimeTokenStore) private readonly oneTimeTokens: OneTimeTokenStore,
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
  ) {}

  @Delete()
  async destroy(
    @CurrentSession() session: Session | null,
    @Req() request: IncomingRequest,
    @Res({ passthrough: true }) response: object,
  ) {
    if (session !== null) await this.hooks.beforeDeletion({ user: session.user, request });
    if (session === null || !(await this.delete(session.user))) {
      throw failure(HttpStatus.NOT_FOUND, MESSAGES.nothingToDestroy, { status: 'error' });
    }
    this.headers.clearCookie(response);
    return { status: 'success', message: MESSAGES.destroyed(session.arrival.uid) };
  }

  private tell(user: AnyUser): void {
    this.events.emit('user.deleted', { user });
    this.events.emit('client.ended', { user, clientIds: null, kept: null, reason: 'account_deleted' });
  }

  private async delete(user: AnyUser): Promise<boolean> {
    try {
      const isDeleted = await this.changes.delete(user);
      if (isDeleted) this.tell(user);
      // The database has deleted them already, unless the account was deleted softly.
      await this.tokens.deleteAll(user);
      await this.oneTimeTokens.deleteAll(user);
      return isDeleted;
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw failure(HttpStatus.CONFLICT, MESSAGES.inUse, { status: 'error' });
    }
  }
}
