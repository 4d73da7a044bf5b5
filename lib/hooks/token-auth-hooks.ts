import type { IncomingRequest } from '../incoming-request.js';
import type { SignInMethod } from '../tokens/token-events.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** An account that is about to be made. */
export interface SignUpAttempt<U extends AnyUser = AnyUser> {
  /** As it will be saved, without an id. Its properties may still be changed. */
  readonly user: U;
  readonly method: 'password' | 'oauth';
  /** `email`, or the provider. */
  readonly provider: string;
  readonly request: IncomingRequest;
}

/** A sign-in of somebody whose identity has been proven. */
export interface SignInAttempt<U extends AnyUser = AnyUser> {
  readonly user: U;
  readonly method: Exclude<SignInMethod, 'sign_up'>;
  /** With its body, in which a client may send a second factor. */
  readonly request: IncomingRequest;
}

/** A change of an account by its user. */
export interface UpdateAttempt<U extends AnyUser = AnyUser> {
  /** As the account is. */
  readonly user: U;
  /** The properties that are to change, and their new values; never a password. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly request: IncomingRequest;
}

/** A new password. */
export interface PasswordAttempt<U extends AnyUser = AnyUser> {
  readonly user: U;
  readonly by: 'client' | 'reset';
  readonly request: IncomingRequest;
}

/** The deletion of an account by its user. */
export interface DeletionAttempt<U extends AnyUser = AnyUser> {
  readonly user: U;
  readonly request: IncomingRequest;
}

/** An identity that could be added to the account with the same e-mail address. The provider says the address is verified. */
export interface LinkAttempt<U extends AnyUser = AnyUser> {
  readonly user: U;
  readonly provider: string;
  readonly email: string;
  readonly request: IncomingRequest;
}

/**
 * What an application wants to be asked before something happens. Each method is awaited, and may veto by throwing: an
 * `HttpException` is the answer, best a {@link Veto}. Nothing has been changed by then. Extend it, override what is
 * needed, and give the class to the module, inside of which it is made.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class Hooks extends TokenAuthHooks<User> {
 *   override async beforeSignUp({ user }: SignUpAttempt<User>) {
 *     if (!user.email?.endsWith('@example.com')) throw new Veto('Only for people of Example.');
 *   }
 * }
 *
 * TokenAuthModule.forRoot({ userEntity: User, hooks: Hooks });
 * ```
 *
 * @typeParam U - the application's user entity.
 */
export abstract class TokenAuthHooks<U extends AnyUser = AnyUser> {
  /** Before an account is made, by password or by a provider. Also where the address is taken and nobody may learn it. */
  beforeSignUp(_attempt: SignUpAttempt<U>): void | Promise<void> {}

  /**
   * Before a token is issued to somebody whose password, reset token or identity has been found right: the place to
   * demand a second factor. Not at sign-up, for which there is {@link beforeSignUp}. A veto counts as a failed attempt.
   */
  beforeSignIn(_attempt: SignInAttempt<U>): void | Promise<void> {}

  /** Before a user changes the account; passwords have {@link beforePasswordChange}. */
  beforeUpdate(_attempt: UpdateAttempt<U>): void | Promise<void> {}

  /** Before a new password is stored. */
  beforePasswordChange(_attempt: PasswordAttempt<U>): void | Promise<void> {}

  /** Before a user deletes the account. */
  beforeDeletion(_attempt: DeletionAttempt<U>): void | Promise<void> {}

  /**
   * Whether an identity may be added to the account that has its e-mail address. Asked only where the provider says that
   * the address is verified.
   *
   * @defaultValue no: who signs in by a provider gets an account of their own, or is told that there is one
   */
  mayLink(_attempt: LinkAttempt<U>): boolean | Promise<boolean> {
    return false;
  }
}

/** What is asked where an application has no hooks. */
export class NoHooks extends TokenAuthHooks {}
