import { HttpException, HttpStatus, Inject, Injectable, Logger } from '@nestjs/common';
import { TokenAuthHooks } from '../../hooks/token-auth-hooks.js';
import type { IncomingRequest } from '../../incoming-request.js';
import type { Message } from '../../messages/message.js';
import { originOf } from '../../request/request-context.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TOKEN_AUTH_CLOCK, type Clock } from '../../tokens/clock.js';
import { TokenAuthEvents, type SignInFailure } from '../../tokens/token-events.js';
import { normalizeEmail } from '../../users/email.js';
import type { Attempt } from '../../throttling/sign-in-throttle.js';
import { PasswordHasher, type PasswordVerdict } from '../../users/password-hasher.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserChanges } from '../../users/user-changes.js';
import { UserStore, type Account } from '../../users/user-store.js';
import { failure, MESSAGES } from '../account-errors.js';
import { Notifier } from '../notifier.js';
import { AccountLock } from './account-lock.js';
import { Attempts } from './attempts.js';

/**
 * Finds out whose e-mail address and password these are. Every attempt does the same work, whether the account exists,
 * is locked or is confirmed.
 */
@Injectable()
export class PasswordSignIn {
  private readonly logger = new Logger('TokenAuth');

  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(UserChanges) private readonly changes: UserChanges,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(AccountLock) private readonly lock: AccountLock,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /** @throws HttpException 401, or 429 after too many attempts. */
  async prove(email: unknown, password: unknown, request: IncomingRequest, response: object): Promise<Account> {
    const address = typeof email === 'string' ? normalizeEmail(email) : '';
    const tellFailed = (user: AnyUser | null, reason: SignInFailure) =>
      this.events.emit('user.sign_in_failed', { user, email: address || null, reason, origin: originOf(request) });
    const attempt = await this.admit(address, request, response, tellFailed);
    const account = await this.users.findByEmail(address);
    const mayPass = await this.lock.admit(account, address);
    const { valid, outdated } = await this.verify(attempt, account, address, password);
    if (account === null || !mayPass || !valid) {
      tellFailed(account?.user ?? null, failureOf(account, mayPass));
      await this.refuse(account, request, response);
      throw this.refusal(mayPass ? MESSAGES.badCredentials : MESSAGES.locked);
    }
    const { user } = account;
    // In paranoid mode it would tell who has just signed up from who had an account already.
    if (!this.isConfirmed(account)) {
      const isLocked = !(await this.lock.accept(account));
      tellFailed(user, isLocked ? 'locked' : 'unconfirmed');
      throw this.refusal(isLocked ? MESSAGES.locked : MESSAGES.notConfirmed(address));
    }
    await this.askHook(user, request, {
      vetoed: async () => {
        tellFailed(user, 'hook');
        await this.refuse(account, request, response);
      },
      broke: async () => {
        await attempt.withdraw();
        await this.lock.withdraw(account, address);
      },
    });
    if (!(await this.lock.accept(account))) {
      tellFailed(user, 'locked');
      throw this.refusal(MESSAGES.locked);
    }
    await attempt.succeeded();
    if (outdated) await this.upgrade(account, password as string);
    return account;
  }

  private async admit(
    address: string,
    request: IncomingRequest,
    response: object,
    tellFailed: (user: null, reason: SignInFailure) => void,
  ): Promise<Attempt> {
    try {
      return await this.attempts.admit(address, request, response);
    } catch (error) {
      if (error instanceof HttpException) tellFailed(null, 'throttled');
      throw error;
    }
  }

  /**
   * A veto counts as a failed attempt: nobody who has the password may try out second factors without end. A hook that broke
   * has not judged anything.
   */
  private async askHook(
    user: AnyUser,
    request: IncomingRequest,
    { vetoed, broke }: { vetoed: () => Promise<void>; broke: () => Promise<void> },
  ): Promise<void> {
    try {
      await this.hooks.beforeSignIn({ user, method: 'password', request });
    } catch (error) {
      await (error instanceof HttpException ? vetoed() : broke());
      throw error;
    }
  }

  private async verify(
    attempt: Attempt,
    account: Account | null,
    address: string,
    password: unknown,
  ): Promise<PasswordVerdict> {
    try {
      return await this.attempts.verify(attempt, password, account?.encryptedPassword ?? null);
    } catch (error) {
      await this.lock.withdraw(account, address);
      throw error;
    }
  }

  private refusal(message: Message): Error {
    return failure(HttpStatus.UNAUTHORIZED, this.config.paranoid ? MESSAGES.badCredentials : message);
  }

  private async refuse(account: Account | null, request: IncomingRequest, response: object): Promise<void> {
    const hasLocked = await this.lock.refuse(account);
    if (hasLocked && account !== null) {
      this.events.emit('user.locked', { user: account.user, origin: originOf(request) });
    }
    if (!hasLocked || account?.user.email == null || this.config.lock?.byMail !== true) return;
    this.notifier.sendLink(response, 'unlock', account.user, account.user.email, {
      config: 'default',
      redirectUrl: null,
    });
  }

  private isConfirmed({ confirmedAt, user }: Account): boolean {
    const { confirmation } = this.config;
    if (confirmation === null || confirmedAt !== null) return true;
    if (confirmation.grace === 0) return false;
    return this.clock.now() < user.createdAt.getTime() + confirmation.grace;
  }

  /** Stores a stronger digest; where that is not possible now, the next sign-in tries again. */
  private async upgrade(account: Account, password: string): Promise<void> {
    try {
      await this.changes.upgradeDigest(account, await this.passwords.hash(password));
    } catch (error) {
      this.logger.warn(`The digest of a password could not be upgraded: ${String(error)}`);
    }
  }
}

function failureOf(account: Account | null, mayPass: boolean): SignInFailure {
  if (account === null) return 'unknown_account';
  return mayPass ? 'wrong_password' : 'locked';
}
