import { Delete, Get, HttpStatus, Inject, Param, Res, UseGuards } from '@nestjs/common';
import { AuthHeaders } from '../../request/auth-headers.js';
import { CurrentSession } from '../../request/decorators.js';
import { TokenAuthGuard } from '../../request/token-auth.guard.js';
import type { AuthClient } from '../../tokens/client.js';
import type { Session } from '../../tokens/token-authenticator.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { TokenStore } from '../../tokens/token-store.js';
import { TokenService } from '../../tokens/token.service.js';
import { failure, MESSAGES } from '../account-errors.js';

/** `<path>/clients`: where the user is signed in, and how to end that elsewhere. */
@UseGuards(TokenAuthGuard)
export class ClientsController {
  constructor(
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(TokenStore) private readonly store: TokenStore,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
  ) {}

  @Get('clients')
  async list(@CurrentSession() session: Session) {
    const clients = await this.tokens.list(session.user);
    return { success: true, data: clients.map((client) => entry(client, session)) };
  }

  /** Ending the client that asks is a sign-out. */
  @Delete('clients/:id')
  async end(@CurrentSession() session: Session, @Param('id') id: string, @Res({ passthrough: true }) response: object) {
    const isOwn = id === session.client.id;
    const ended = await (isOwn ? this.signOut(session) : this.tokens.revoke(session.user, id));
    if (isOwn) this.headers.clearCookie(response);
    if (!ended) throw failure(HttpStatus.NOT_FOUND, MESSAGES.clientNotFound);
    return { success: true };
  }

  @Delete('clients')
  async endOthers(@CurrentSession() session: Session) {
    // The rows of clients that have expired are deleted too, but nobody has seen those in the list.
    const clients = await this.tokens.list(session.user);
    if ((await this.tokens.revokeOthersOf(session)) === null) {
      throw failure(HttpStatus.NOT_FOUND, MESSAGES.notSignedIn);
    }
    return { success: true, data: { ended: clients.filter(({ id }) => id !== session.client.id).length } };
  }

  private async signOut({ user, client }: Session): Promise<boolean> {
    const ended = await this.store.delete(client.id);
    if (ended) this.events.emit('user.signed_out', { user, client });
    return ended;
  }
}

function entry({ id, createdAt, lastUsedAt, ip, userAgent }: AuthClient, session: Session) {
  return {
    id,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt.toISOString(),
    ip,
    user_agent: userAgent,
    current: id === session.client.id,
  };
}
