import { Inject, Injectable } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { Database } from '../../database/database.js';
import { IdentityStore } from '../../identities/identity-store.js';
import type { FoundOneTimeToken } from '../../one-time-tokens/one-time-token-store.js';
import type { RedirectParameters } from '../../redirects/redirect-url.js';
import { SessionOpener } from '../../request/session-opener.js';
import { SignInGate } from '../../request/sign-in-gate.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { SharedClock } from '../../tokens/shared-clock.js';
import { UserChanges } from '../../users/user-changes.js';

/** Signs in who follows a reset link, as old clients of the protocol expect (`requireClientPasswordResetToken: false`). */
@Injectable()
export class LinkSignIns {
  constructor(
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(Database) private readonly database: Database,
    @Inject(IdentityStore) private readonly identities: IdentityStore,
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(SharedClock) private readonly clock: SharedClock,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /**
   * The credentials of a new client, under both pairs of names that clients read. It may set a password without knowing the
   * old one and ends with the link unless it does, and when the token is used. It ends nobody else's client, however often
   * the link is followed.
   */
  async signIn(token: FoundOneTimeToken, request: IncomingRequest, response: object): Promise<RedirectParameters> {
    const { user, authEpoch } = token;
    await this.gate.pass({ user, method: 'reset_link', request }, response);
    const now = await this.clock.now();
    if (this.config.confirmation !== null) {
      const seen = { email: token.email, confirmedAt: null };
      const isFirst = await this.database.allOrNone([
        { statement: this.changes.statement(user, { confirmedAt: new Date(now) }, seen), mustChange: true },
        // As by a reset, which does not come first any more.
        { statement: this.identities.removal(user), mustChange: false },
      ]);
      if (isFirst) {
        this.events.emit('user.email_confirmed', { user, email: token.email });
      }
    }
    const passwordChangeWithin = token.expiresAt - now;
    const how = { method: 'reset_link', passwordChangeWithin, authEpoch } as const;
    const { accessToken, client, uid, expiry } = await this.sessions.startByPage(user, request, response, how);
    return {
      ...(accessToken === null ? {} : { 'access-token': accessToken, token: accessToken }),
      client,
      client_id: client,
      uid,
      expiry: String(expiry),
    };
  }
}
