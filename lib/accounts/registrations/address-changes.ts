import { Inject, Injectable } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { UserStore, type Account } from '../../users/user-store.js';
import { Notifier, type LinkTarget } from '../notifier.js';
import { configName } from '../parameters.js';
import { requireAllowed, wantedRedirect } from '../redirects.js';

/** What a wanted address makes of an account. */
export interface AddressChange {
  /** Values of the user's columns. */
  readonly values: Record<string, unknown>;
  /** The new address, or null where it stays. */
  readonly email: string | null;
  /** Where its confirmation link leads; null where none is needed. */
  readonly target: LinkTarget | null;
}

const NONE: AddressChange = Object.freeze({ values: Object.freeze({}), email: null, target: null });

/** Gives accounts another e-mail address: at once, or once it has been confirmed. The old address is told. */
@Injectable()
export class AddressChanges {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /** @throws HttpException 422 for a redirect URL that is not allowed. */
  plan({ user }: Account, email: unknown, request: IncomingRequest): AddressChange {
    const { confirmation, redirects } = this.config;
    if (typeof email !== 'string') return NONE;
    // To ask for the present address takes back what still waits.
    if (email === user.email) return confirmation === null ? NONE : { ...NONE, values: { unconfirmedEmail: null } };
    if (confirmation === null) {
      const uid = user.provider === 'email' ? { uid: email } : {};
      // Whatever was confirmed was another address.
      return { values: { email, ...uid, confirmedAt: null }, email, target: null };
    }
    const redirectUrl = wantedRedirect(request, ['confirm_success_url', 'redirect_url'], redirects.confirmSuccess);
    requireAllowed(redirectUrl, this.config);
    return { values: { unconfirmedEmail: email }, email, target: { config: configName(request), redirectUrl } };
  }

  /** Whether the address is taken and may be said to be. */
  async isRefused({ user }: Account, { email, target }: AddressChange): Promise<boolean> {
    const isHidden = this.config.paranoid && target !== null;
    return email !== null && !isHidden && (await this.users.isTaken(email, user));
  }

  /** Mails what has changed, or is about to. */
  tell({ user }: Account, { email, target }: AddressChange, response: object): void {
    if (email === null) return;
    this.notifier.tell(response, 'emailChanged', user, user.email, email);
    if (target !== null) this.notifier.askToConfirm(response, user, email, target);
  }
}
