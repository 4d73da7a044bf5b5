import { accountConfig, type AccountConfig } from './options/account.config.js';
import { carrierConfig, type CarrierConfig } from './options/carrier.config.js';
import { databaseConfig, type DatabaseConfig } from './options/database.config.js';
import { languageConfig, type LanguageConfig } from './options/language.config.js';
import { mailConfig, type MailConfig } from './options/mail.config.js';
import { oauthConfig, type OAuthConfig } from './options/oauth.config.js';
import { OptionsCheck } from './options/options-check.js';
import { tokenConfig, type TokenConfig } from './options/token.config.js';
import type { TokenAuthOptions } from './token-auth.options.js';
import type { AnyUser } from './users/token-auth-user.entity.js';

/** Injection token of the {@link TokenAuthConfig}. */
export const TOKEN_AUTH_CONFIG = Symbol('nestjs-token-auth:config');

/** The options with their defaults, checked and frozen; durations in milliseconds. */
export interface TokenAuthConfig
  extends TokenConfig, CarrierConfig, AccountConfig, MailConfig, OAuthConfig, LanguageConfig, DatabaseConfig {}

/**
 * Applies the defaults and checks everything.
 *
 * @param hasOwnMailer - whether the application sends mails by itself.
 * @throws TokenAuthOptionsError naming every fault.
 */
export function resolveOptions<U extends AnyUser>(options: TokenAuthOptions<U>, hasOwnMailer = false): TokenAuthConfig {
  const check = new OptionsCheck(options as TokenAuthOptions);
  check.known(KNOWN_OPTIONS);
  const mails = mailConfig(check, hasOwnMailer);
  const config: TokenAuthConfig = {
    ...tokenConfig(check),
    ...carrierConfig(check),
    ...accountConfig(check, mails.mail !== null),
    ...mails,
    ...oauthConfig(check, mails.publicUrl),
    ...languageConfig(check),
    ...databaseConfig(check),
  };
  check.throwIfFaulty();
  return Object.freeze(config);
}

/** An object, so that the compiler reports an option that is missing here. */
const KNOWN_OPTIONS = {
  changeHeadersOnEachRequest: true,
  tokenLifespan: true,
  clientLifespan: true,
  batchRequestBufferThrottle: true,
  batchRequestLimit: true,
  batchResponse: true,
  lostResponse: true,
  onTokenReuse: true,
  tokenPepper: true,
  maxNumberOfDevices: true,
  headersNames: true,
  cookieEnabled: true,
  cookieName: true,
  cookieAttributes: true,
  queryEnabled: true,
  passwordCost: true,
  passwordPepper: true,
  passwordMinLength: true,
  passwordQueueLimit: true,
  userResponse: true,
  trustedOrigins: true,
  endSocket: true,
  checkCurrentPasswordBeforeUpdate: true,
  requireClientPasswordResetToken: true,
  resetPasswordWithin: true,
  signUpDto: true,
  accountUpdateDto: true,
  paranoid: true,
  confirmable: true,
  confirmWithin: true,
  allowUnconfirmedAccessFor: true,
  lockable: true,
  maximumAttempts: true,
  unlockStrategy: true,
  unlockIn: true,
  throttleSignIn: true,
  throttleAccountLimit: true,
  throttleAddressLimit: true,
  throttleWindow: true,
  publicUrl: true,
  mailTransport: true,
  mailFrom: true,
  mailTemplates: true,
  redirectAllowlist: true,
  defaultConfirmSuccessUrl: true,
  defaultPasswordResetUrl: true,
  unlockSuccessUrl: true,
  oauth: true,
  languages: true,
  defaultLanguage: true,
  databaseTimeout: true,
} satisfies Record<keyof TokenAuthOptions, true>;
