import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { isUniqueViolation } from '../../database/database-errors.js';
import { TokenAuthHooks } from '../../hooks/token-auth-hooks.js';
import type { IncomingRequest } from '../../incoming-request.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import type { Session } from '../../tokens/token-authenticator.js';
import { TokenAuthEvents } from '../../tokens/token-events.js';
import { PasswordHasher } from '../../users/password-hasher.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserStore, type Account } from '../../users/user-store.js';
import { AccountChanges } from '../account-changes.js';
import { AccountInput, isBlank } from '../account.input.js';
import { failure, FAULTS, invalidRecord, MESSAGES, type AttributeErrors } from '../account-errors.js';
import { CurrentPassword } from '../current-password.js';
import { Notifier } from '../notifier.js';
import { errorsOf, pick } from '../parameters.js';
import { Profiles } from '../profiles.js';
import { AddressChanges } from './address-changes.js';

/** What the module itself takes of an account, beside what the application declares. */
export const ACCOUNT_KEYS = ['email', 'password', 'password_confirmation', 'current_password'] as const;

/** Changes what people may change of their accounts. */
@Injectable()
export class AccountUpdates {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(Profiles) private readonly profiles: Profiles,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(CurrentPassword) private readonly currentPassword: CurrentPassword,
    @Inject(AddressChanges) private readonly addresses: AddressChanges,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(AccountChanges) private readonly changes: AccountChanges,
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /** @throws HttpException 404 when the account or its client has ended meanwhile; 422 naming what is wrong. */
  async update(session: Session, body: unknown, request: IncomingRequest, response: object): Promise<AnyUser> {
    const account = await this.users.find(session.user);
    if (account === null) throw this.notFound();
    const given = pick(body, ACCOUNT_KEYS);
    const needsPassword = this.needsCurrentPassword(session, given, body);
    // The form that asks for the current password leaves the new one empty when it is to stay.
    if (needsPassword && isBlank(given.password)) delete given.password;
    const input = new AccountInput(given, this.config.password.minLength, false);
    const profile = await this.profiles.readChange(this.config.accountUpdateDto, body, account.user);
    const address = this.addresses.plan(account, input.email, request);
    const errors: AttributeErrors = { ...(await errorsOf(input)), ...profile.errors };
    if (needsPassword) {
      const fault = await this.currentPassword.faultOf(account, given.current_password, request, response);
      if (fault !== null) errors['current_password'] = [fault];
    }
    if (!('email' in errors) && (await this.addresses.isRefused(account, address))) errors['email'] = [FAULTS.taken];
    if (Object.keys(errors).length > 0) throw invalidRecord(errors);

    const password = typeof input.password === 'string' ? input.password : null;
    const wanted = { ...profile.values, ...(address.email === null ? {} : { email: address.email }) };
    await this.askHooks(account.user, wanted, password !== null, request);
    const digest = password === null ? undefined : await this.passwords.hash(password);
    await this.carryOut(session, account, { values: { ...profile.values, ...address.values }, digest });
    const changed = [...Object.keys(profile.values), ...('email' in address.values ? ['email'] : [])];
    if (changed.length > 0) {
      this.events.emit('user.updated', { user: account.user, client: session.client, changed });
    }
    this.addresses.tell(account, address, response);
    if (digest !== undefined) this.notifier.tell(response, 'passwordChanged', account.user, account.user.email);
    return (await this.users.find(account.user))?.user ?? account.user;
  }

  notFound(): Error {
    return failure(HttpStatus.NOT_FOUND, MESSAGES.userNotFound, { status: 'error' });
  }

  private async askHooks(
    user: AnyUser,
    values: object,
    isNewPassword: boolean,
    request: IncomingRequest,
  ): Promise<void> {
    if (Object.keys(values).length > 0) await this.hooks.beforeUpdate({ user, values: { ...values }, request });
    if (isNewPassword) await this.hooks.beforePasswordChange({ user, by: 'client', request });
  }

  private async carryOut(
    session: Session,
    account: Account,
    change: { values: Record<string, unknown>; digest: string | undefined },
  ): Promise<void> {
    if (Object.keys(change.values).length === 0 && change.digest === undefined) return;
    try {
      const outcome = await this.changes.change(session, account.user, change);
      if (outcome === 'ended') throw this.notFound();
      if (outcome === 'overtaken') throw failure(HttpStatus.CONFLICT, MESSAGES.overtaken, { status: 'error' });
    } catch (error) {
      // The unique index had the last word.
      const { email } = change.values;
      if (isUniqueViolation(error) && typeof email === 'string' && (await this.users.isTaken(email, account.user))) {
        throw invalidRecord({ email: [FAULTS.taken] });
      }
      throw error;
    }
  }

  private needsCurrentPassword(session: Session, given: object, body: unknown): boolean {
    if ('current_password' in given) return true;
    const { checkCurrentPassword, accountUpdateDto } = this.config;
    if (checkCurrentPassword === false || (checkCurrentPassword === 'password' && !('password' in given))) return false;
    const isOnlyPassword = !('email' in given) && !this.profiles.hasAny(accountUpdateDto, body);
    return !(isOnlyPassword && this.currentPassword.isExcused(session));
  }
}
