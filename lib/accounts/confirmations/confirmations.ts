import { Inject, Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../database/database-errors.js';
import { OneTimeTokenStore } from '../../one-time-tokens/one-time-token-store.js';
import { SharedClock } from '../../tokens/shared-clock.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { UserChanges } from '../../users/user-changes.js';
import { UserStore, type Account } from '../../users/user-store.js';

/** Confirms e-mail addresses. */
@Injectable()
export class Confirmations {
  constructor(
    @Inject(OneTimeTokenStore) private readonly oneTimeTokens: OneTimeTokenStore,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(SharedClock) private readonly clock: SharedClock,
  ) {}

  /**
   * Confirms the address that a link was sent to. The token changes the account once: who follows it again finds the
   * address confirmed, as after a mail scanner, and nothing else happens.
   */
  async confirm(secret: unknown): Promise<boolean> {
    const token = await this.oneTimeTokens.find(secret, 'confirmation');
    const account = token === null ? null : await this.users.find(token.user);
    if (token === null || account === null) return false;
    if (isConfirmed(account, token.email)) return true;
    if (await this.write(account, token.email)) {
      this.tell(account, token.email);
      return true;
    }
    // Somebody may have followed the same link at the same time.
    const present = await this.users.find(token.user);
    return present !== null && isConfirmed(present, token.email);
  }

  private tell({ user }: Account, email: string): void {
    this.events.emit('user.email_confirmed', { user, email });
    if (user.email !== email) this.events.emit('user.email_changed', { user, from: user.email, to: email });
  }

  private async write({ user, unconfirmedEmail }: Account, email: string): Promise<boolean> {
    const confirmedAt = new Date(await this.clock.now());
    if (user.email === email) {
      return await this.changes.run(this.changes.statement(user, { confirmedAt }, { email, confirmedAt: null }));
    }
    if (unconfirmedEmail !== email) return false;
    const uid = user.provider === 'email' ? { uid: email } : {};
    const change = { email, ...uid, unconfirmedEmail: null, confirmedAt };
    try {
      return await this.changes.run(this.changes.statement(user, change, { unconfirmedEmail }));
    } catch (error) {
      // Somebody else has got the address meanwhile.
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }
}

function isConfirmed({ user, confirmedAt }: Account, email: string): boolean {
  return user.email === email && confirmedAt !== null;
}
