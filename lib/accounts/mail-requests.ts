import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import type { MailKind } from '../mails/token-auth-mailer.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { UserStore, type Account } from '../users/user-store.js';
import { failure, MESSAGES } from './account-errors.js';
import { Notifier } from './notifier.js';

/** Mails that anybody may ask for who knows an address. */
@Injectable()
export class MailRequests {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /**
   * Writes to the account of an address. In paranoid mode it is loaded after the answer only: whether there is a row takes as
   * long to tell as that there is none, but loading it takes longer.
   *
   * @param write - tells whether such mails go to this account.
   * @throws HttpException 404, except in paranoid mode, when they go to nobody.
   */
  async write(response: object, kind: MailKind, address: string, write: (account: Account) => boolean): Promise<void> {
    if (!this.config.paranoid) {
      const account = await this.users.findByEmail(address);
      if (account === null || !write(account)) throw failure(HttpStatus.NOT_FOUND, MESSAGES.unknownEmail(address));
      return;
    }
    const isTaken = await this.users.isTaken(address);
    // For nobody too, or the answer would come sooner.
    this.notifier.later(response, kind, async () => {
      const account = isTaken ? await this.users.findByEmail(address) : null;
      if (account !== null) write(account);
    });
  }
}
