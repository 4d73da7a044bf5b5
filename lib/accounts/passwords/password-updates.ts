import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { TokenAuthHooks } from '../../hooks/token-auth-hooks.js';
import type { IncomingRequest } from '../../incoming-request.js';
import { humanize, type Message } from '../../messages/message.js';
import { OneTimeTokenStore } from '../../one-time-tokens/one-time-token-store.js';
import { SessionOpener } from '../../request/session-opener.js';
import { SignInGate } from '../../request/sign-in-gate.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import type { Session } from '../../tokens/token-authenticator.js';
import { PasswordHasher } from '../../users/password-hasher.js';
import type { AnyUser } from '../../users/token-auth-user.entity.js';
import { UserStore, type Account } from '../../users/user-store.js';
import { AccountChanges } from '../account-changes.js';
import { AccountInput, isBlank } from '../account.input.js';
import { failure, faultBody, MESSAGES, type AttributeErrors } from '../account-errors.js';
import { CurrentPassword } from '../current-password.js';
import { Notifier } from '../notifier.js';
import { errorsOf, pick } from '../parameters.js';
import { TranslatableException } from '../translatable.exception.js';
import { Attempts } from '../sessions/attempts.js';

/** Sets new passwords: for a client that is signed in, or for who holds the token of a reset link. */
@Injectable()
export class PasswordUpdates {
  constructor(
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(OneTimeTokenStore) private readonly tokens: OneTimeTokenStore,
    @Inject(AccountChanges) private readonly changes: AccountChanges,
    @Inject(CurrentPassword) private readonly currentPassword: CurrentPassword,
    @Inject(SessionOpener) private readonly sessions: SessionOpener,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(TokenAuthHooks) private readonly hooks: TokenAuthHooks,
    @Inject(SignInGate) private readonly gate: SignInGate,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /** Whether a reset token is shown; it comes before any session. */
  isByToken(body: unknown): boolean {
    return !isBlank(pick(body, ['reset_password_token']).reset_password_token);
  }

  /** @throws HttpException 401 without a session or a valid token; 422 naming what is wrong. */
  async update(session: Session | null, body: unknown, request: IncomingRequest, response: object): Promise<AnyUser> {
    if (this.isByToken(body)) return await this.byToken(body, request, response);
    const account = session === null ? null : await this.users.find(session.user);
    if (session === null || account === null) throw this.unauthorized();
    return await this.bySession(session, account, body, request, response);
  }

  private async byToken(body: unknown, request: IncomingRequest, response: object): Promise<AnyUser> {
    const token = await this.tokens.find(pick(body, ['reset_password_token']).reset_password_token, 'reset_password');
    if (token === null) throw this.unauthorized();
    const password = await this.passwordOf(token.user, body);
    await this.hooks.beforePasswordChange({ user: token.user, by: 'reset', request });
    await this.gate.pass({ user: token.user, method: 'password_reset', request }, response);
    const account = await this.changes.reset(token, await this.passwords.hash(password));
    if (account === null) throw this.unauthorized();
    this.notifier.tell(response, 'passwordChanged', account.user, account.user.email);
    await this.attempts.forget(token.email);
    const { user, authEpoch } = account;
    await this.sessions.start(user, request, response, { method: 'password_reset', authEpoch });
    return account.user;
  }

  private async bySession(
    session: Session,
    account: Account,
    body: unknown,
    request: IncomingRequest,
    response: object,
  ): Promise<AnyUser> {
    const password = await this.passwordOf(account.user, body);
    const given = pick(body, ['current_password']);
    const isAsked = this.config.checkCurrentPassword !== false && !this.currentPassword.isExcused(session);
    if (isAsked || 'current_password' in given) {
      const fault = await this.currentPassword.faultOf(account, given.current_password, request, response);
      if (fault !== null) throw this.invalid({ current_password: [fault] });
    }
    await this.hooks.beforePasswordChange({ user: account.user, by: 'client', request });
    const digest = await this.passwords.hash(password);
    const outcome = await this.changes.change(session, account.user, { values: {}, digest });
    if (outcome === 'ended') throw this.unauthorized();
    if (outcome === 'overtaken') throw failure(HttpStatus.CONFLICT, MESSAGES.overtaken);
    this.notifier.tell(response, 'passwordChanged', account.user, account.user.email);
    return (await this.users.find(account.user))?.user ?? account.user;
  }

  /** The new password, checked. */
  private async passwordOf(user: AnyUser, body: unknown): Promise<string> {
    if (user.provider !== 'email') throw this.unprocessable(MESSAGES.passwordNotRequired(humanize(user.provider)));
    const given = pick(body, ['password', 'password_confirmation']);
    if (isBlank(given.password) || isBlank(given.password_confirmation)) {
      throw this.unprocessable(MESSAGES.missingPasswords);
    }
    const errors = await errorsOf(new AccountInput(given, this.config.password.minLength, false));
    if (Object.keys(errors).length > 0) throw this.invalid(errors);
    return given.password as string;
  }

  private unauthorized(): Error {
    return failure(HttpStatus.UNAUTHORIZED, MESSAGES.unauthorized);
  }

  private unprocessable(message: Message): Error {
    return failure(HttpStatus.UNPROCESSABLE_ENTITY, message);
  }

  private invalid(errors: AttributeErrors): Error {
    return new TranslatableException({ success: false, ...faultBody(errors) }, HttpStatus.UNPROCESSABLE_ENTITY);
  }
}
