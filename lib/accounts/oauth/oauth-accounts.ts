import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { IdentityStore } from '../../identities/identity-store.js';
import { SignInGate } from '../../request/sign-in-gate.js';
import { UserStore, type Account } from '../../users/user-store.js';
import { failure, MESSAGES } from '../account-errors.js';
import { AccountLinks } from './account-links.js';
import type { Arrival, ResolvedAccount } from './arrival.js';
import { NewAccounts } from './new-accounts.js';

/** How often it is looked again when other requests have been faster. */
const ATTEMPTS = 5;

/** Finds, links or makes the account of somebody whom a provider has identified. */
@Injectable()
export class OAuthAccounts {
  constructor(
    @Inject(IdentityStore) private readonly identities: IdentityStore,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(AccountLinks) private readonly links: AccountLinks,
    @Inject(NewAccounts) private readonly newAccounts: NewAccounts,
  ) {}

  /**
   * The account of an arrival: that of its identity; else the one with its verified address, if the application allows
   * it; else a new one. A lock does not matter: it stops those who guess a password, and a provider has guessed
   * nothing.
   *
   * @throws HttpException 422 where there is none for it; what a hook throws, and then nothing has changed.
   */
  async resolve(arrival: Arrival): Promise<ResolvedAccount> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const account = (await this.known(arrival)) ?? (await this.other(arrival));
      if (account !== null) return account;
    }
    throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthFailed);
  }

  private async known({
    provider,
    identity: { subject, email },
    request,
    response,
  }: Arrival): Promise<ResolvedAccount | null> {
    const identity = await this.identities.find({ provider, subject });
    if (identity === null) return null;
    const account = await this.users.find(identity.user);
    // A softly deleted account keeps its identities; nobody else gets them.
    if (account === null) throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.oauthFailed);
    await this.gate.pass({ user: account.user, method: 'oauth', request }, response);
    await this.identities.noteEmail(identity, email);
    return { user: account.user, authEpoch: account.authEpoch, isNew: false };
  }

  private async other(arrival: Arrival): Promise<ResolvedAccount | null> {
    const account = await this.ownerOf(arrival);
    return await (account === null ? this.newAccounts.make(arrival) : this.links.link(account, arrival));
  }

  /** An address that nobody has verified leads to no account. */
  private async ownerOf({ identity: { email, emailVerified } }: Arrival): Promise<Account | null> {
    return email !== null && emailVerified ? await this.users.findByEmail(email) : null;
  }
}
