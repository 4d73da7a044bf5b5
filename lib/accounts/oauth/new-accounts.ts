import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { isUniqueViolation } from '../../database/database-errors.js';
import { TokenAuthHooks } from '../../hooks/token-auth-hooks.js';
import { IdentityStore } from '../../identities/identity-store.js';
import { OAuthProviders } from '../../oauth/oauth-providers.js';
import { originOf } from '../../request/request-context.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TOKEN_AUTH_CLOCK, type Clock } from '../../tokens/clock.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserChanges } from '../../users/user-changes.js';
import { UserStore } from '../../users/user-store.js';
import { UserTable } from '../../users/user-table.js';
import { invalidRecord } from '../account-errors.js';
import { Notifier } from '../notifier.js';
import { Profiles } from '../profiles.js';
import type { Arrival, ResolvedAccount } from './arrival.js';

/** Makes accounts for people whom a provider has identified. */
@Injectable()
export class NewAccounts {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UserTable) private readonly table: UserTable,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(IdentityStore) private readonly identities: IdentityStore,
    @Inject(OAuthProviders) private readonly providers: OAuthProviders,
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /**
   * Makes an account with its identity.
   *
   * @returns null when another request has been faster: it has made the account, or has taken the address.
   * @throws HttpException 422 for sign-up values that `signUpDto` refuses; what a hook throws.
   */
  async make(arrival: Arrival): Promise<ResolvedAccount | null> {
    const { provider, flow, request, response } = arrival;
    const user = await this.build(arrival);
    await this.hooks.beforeSignUp({ user, method: 'oauth', provider, request });
    const { unconfirmedEmail = null } = user;
    if (!(await this.users.insert(user)) || !(await this.identify(user, arrival))) return null;
    const authEpoch = await this.users.epochOf(user);
    this.events.emit('user.signed_up', { user, method: 'oauth', provider, origin: originOf(request) });
    if (unconfirmedEmail !== null) {
      const target = { config: flow.config ?? 'default', redirectUrl: this.config.redirects.confirmSuccess };
      this.notifier.askToConfirm(response, user, unconfirmedEmail, target);
    }
    return authEpoch === null ? null : { user, authEpoch, isNew: true };
  }

  /** The address is the account's only if the provider has verified it; else it has to be confirmed first, or is not kept. */
  private async build({ provider, identity, flow }: Arrival): Promise<AnyUser> {
    const { subject, email, emailVerified } = identity;
    const mapping = this.providers.get(provider)?.options.profile;
    const profile = await this.profiles.readFromProvider(this.config.signUpDto, mapping?.(identity) ?? {}, flow.values);
    if (Object.keys(profile.errors).length > 0) throw invalidRecord(profile.errors);
    const isOwn = email !== null && emailVerified && !(await this.users.isTaken(email));
    const waits = !emailVerified && this.config.confirmation !== null;
    // Not the database's own time, which may be that of another zone.
    const now = new Date(this.clock.now());
    return Object.assign(this.users.build('', null, profile.values), {
      provider,
      uid: subject,
      email: isOwn ? email : null,
      confirmedAt: isOwn ? now : null,
      unconfirmedEmail: waits ? email : null,
      createdAt: now,
      updatedAt: now,
    });
  }

  /** Adds the identity, or takes the account back where there is one already that has it. */
  private async identify(user: AnyUser, { provider, identity: { subject, email } }: Arrival): Promise<boolean> {
    const key = { provider, subject };
    try {
      await this.database.write(await this.identities.insertion(user, key, email));
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) {
        // Another request of the same person may have added it to this very account.
        const present = await this.identities.find(key);
        if (present !== null && this.table.metadata.compareEntities(present.user, user)) return true;
      }
      await this.changes.withdraw(user);
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }
}
