import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { IdentityStore } from '../../identities/identity-store.js';
import type { FoundOneTimeToken } from '../../one-time-tokens/one-time-token-store.js';
import type { RedirectParameters } from '../../redirects/redirect-url.js';
import { AuthHeaders } from '../../request/auth-headers.js';
import { originOf, type IncomingRequest } from '../../request/request-context.js';
import { SignInGate } from '../../request/sign-in-gate.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TokenService } from '../../tokens/token.service.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { SharedClock } from '../../tokens/shared-clock.js';
import { UserChanges } from '../../users/user-changes.js';

/** Signs in who follows a reset link, as old clients of the protocol expect (`requireClientPasswordResetToken: false`). */
@Injectable()
export class LinkSignIns {
  constructor(
    @Inject(TokenService) private readonly service: TokenService,
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
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
   * old one and ends with the link unless it does; it ends nobody else's client, however often the link is followed, and with the token's use.
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
    const asked = { origin: originOf(request), method: 'reset_link', passwordChangeWithin, authEpoch } as const;
    const issued = await this.service.issue(user, asked);
    const isInCookie = this.config.cookie !== null;
    if (isInCookie) this.headers.write(response, { kind: 'token', issued, fresh: true });
    return {
      // A script must not read what the cookie keeps from it.
      ...(isInCookie ? {} : { 'access-token': issued.accessToken, token: issued.accessToken }),
      client: issued.client,
      client_id: issued.client,
      uid: issued.uid,
      expiry: String(issued.expiry),
    };
  }
}
