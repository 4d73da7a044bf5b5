import type { Type } from '@nestjs/common';
import type { TokenAuthHooks } from './hooks/token-auth-hooks.js';
import type { TokenAuthMailer } from './mails/token-auth-mailer.js';
import type { AccountOptions } from './options/account.options.js';
import type { CarrierOptions } from './options/carrier.options.js';
import type { DatabaseOptions } from './options/database.options.js';
import type { LanguageOptions } from './options/language.options.js';
import type { MailOptions } from './options/mail.options.js';
import type { OAuthOptions } from './options/oauth.options.js';
import type { PasswordOptions } from './options/password.options.js';
import type { TokenOptions } from './options/token.options.js';
import type { PasswordHasher } from './users/password-hasher.js';
import type { AnyUser } from './users/token-auth-user.entity.js';

/**
 * How the module behaves. Everything has a default; each is checked at start-up, and all faults come in one error.
 *
 * @typeParam U - the application's user entity.
 */
export interface TokenAuthOptions<U extends AnyUser = AnyUser>
  extends
    TokenOptions<U>,
    CarrierOptions,
    PasswordOptions,
    AccountOptions<U>,
    MailOptions<U>,
    OAuthOptions,
    LanguageOptions,
    DatabaseOptions {}

/** Which of the module's endpoints are served. */
export interface TokenAuthEndpoints {
  /** `POST <path>` */
  signUp?: boolean;
  /** `POST <path>/sign_in` */
  signIn?: boolean;
  /** `DELETE <path>/sign_out` */
  signOut?: boolean;
  /** `GET <path>/validate_token` */
  validateToken?: boolean;
  /** `PUT <path>`, `PATCH <path>` */
  updateAccount?: boolean;
  /** `DELETE <path>` */
  deleteAccount?: boolean;
  /** `POST <path>/password`, `GET <path>/password/edit`, `PUT` and `PATCH <path>/password` */
  passwords?: boolean;
  /** `POST` and `GET <path>/confirmation` */
  confirmations?: boolean;
  /** `POST` and `GET <path>/unlock` */
  unlocks?: boolean;
  /** `GET <path>/clients`, `DELETE <path>/clients/:id`, `DELETE <path>/clients` */
  clients?: boolean;
  /** `GET <path>/:provider`, `GET` and `POST <path>/:provider/callback`, `GET <path>/failure` */
  oauth?: boolean;
}

/** What shapes the module graph and therefore is given directly, also to `forRootAsync`. */
export interface TokenAuthModuleExtras<U extends AnyUser = AnyUser> {
  /** The application's user entity. */
  userEntity: Type<U>;
  /**
   * The name of the TypeORM data source that holds the users.
   *
   * @defaultValue the default data source
   */
  dataSource?: string;
  /**
   * Where the endpoints are mounted; a global prefix comes before it.
   *
   * @defaultValue `'auth'`
   */
  path?: string;
  /**
   * Which endpoints are served: `false` for none, or an object that switches single ones off.
   *
   * @defaultValue all
   */
  endpoints?: boolean | TokenAuthEndpoints;
  /**
   * What makes and checks password digests. Made inside this module: it can inject what is provided globally.
   *
   * @defaultValue bcrypt as Devise uses it, in a worker thread
   */
  passwordHasher?: Type<PasswordHasher>;
  /**
   * What sends mails, or hands them to a queue. Made inside this module: it can inject what is provided globally.
   *
   * @defaultValue nodemailer, where `mailTransport` is given
   */
  mailer?: Type<TokenAuthMailer>;
  /**
   * What is asked before something happens, and may veto it. Made inside this module: it can inject what is provided
   * globally.
   *
   * @defaultValue nothing is asked
   */
  hooks?: Type<TokenAuthHooks<U>>;
  /**
   * Whether other modules can use the guard without importing this module. Beside `forFeature`, the default registration has
   * to be global.
   *
   * @defaultValue `true`
   */
  isGlobal?: boolean;
}
