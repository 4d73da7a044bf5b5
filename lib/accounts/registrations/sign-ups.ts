import { Inject, Injectable } from '@nestjs/common';
import { TokenAuthHooks } from '../../hooks/token-auth-hooks.js';
import type { IncomingRequest } from '../../incoming-request.js';
import { originOf } from '../../request/request-context.js';
import { SessionOpener } from '../../request/session-opener.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TOKEN_AUTH_CLOCK, type Clock } from '../../tokens/clock.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { PasswordHasher } from '../../users/password-hasher.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserStore } from '../../users/user-store.js';
import { Notifier } from '../notifier.js';
import { configName } from '../parameters.js';

/** An account that somebody wants; checked. */
export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly profile: object;
}

/** Makes accounts. */
@Injectable()
export class SignUps {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Whether nobody learns that an address is taken. Only where an address has to be confirmed first: else the new account
   * is signed in at once, which nobody could imitate.
   */
  get hidesAccounts(): boolean {
    return this.config.paranoid && this.config.confirmation?.grace === 0;
  }

  /**
   * Makes an account; signs it in or mails its confirmation link. Whose address is taken gets a mail that says so where
   * accounts are hidden; the same work has been done until then.
   *
   * @returns null when the address is taken and may be said to be.
   */
  async signUp(
    { email, password, profile }: NewAccount,
    redirectUrl: string | null,
    request: IncomingRequest,
    response: object,
  ): Promise<AnyUser | null> {
    const user = this.users.build(email, null, profile);
    await this.hooks.beforeSignUp({ user, method: 'password', provider: user.provider, request });
    user.encryptedPassword = await this.passwords.hash(password);
    // Not the database's own time, which may be that of another zone: how long the account may go unconfirmed counts from it.
    user.createdAt = user.updatedAt = new Date(this.clock.now());
    if (!(await this.users.insert(user))) {
      if (!this.hidesAccounts) return null;
      this.tellOwner(email, response);
      return user;
    }
    const origin = originOf(request);
    this.events.emit('user.signed_up', { user, method: 'password', provider: user.provider, origin });
    // What a taken address costs too.
    if (this.hidesAccounts) await this.users.isTaken(email);
    const { confirmation } = this.config;
    if (confirmation !== null) {
      this.notifier.sendLink(response, 'confirmation', user, email, { config: configName(request), redirectUrl });
    }
    if (confirmation === null || confirmation.grace > 0)
      await this.sessions.start(user, request, response, { method: 'sign_up' });
    return user;
  }

  /** To the address alone, never a link to an account that somebody else may have made with it. */
  private tellOwner(email: string, response: object): void {
    this.notifier.later(response, 'addressTaken', async () => {
      const account = await this.users.findByEmail(email);
      if (account !== null) this.notifier.tell(response, 'addressTaken', account.user, email);
    });
  }
}
