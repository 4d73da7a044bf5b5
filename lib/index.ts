export { TokenAuthModule } from './token-auth.module.js';
export type {
  TokenAuthModuleAsyncOptions,
  TokenAuthModuleOptions,
  TokenAuthOptionsFactory,
} from './token-auth.module.js';
export type { TokenAuthEndpoints, TokenAuthModuleExtras, TokenAuthOptions } from './token-auth.options.js';
export type { AccountOptions } from './options/account.options.js';
export type { CarrierOptions, CookieAttributes, SocketEndReason } from './options/carrier.options.js';
export type { LanguageOptions } from './options/language.options.js';
export type { Language, MessageCode, Messages } from './messages/message.js';
export type { MailOptions } from './options/mail.options.js';
export type { OAuthOptions } from './options/oauth.options.js';
export type { PasswordOptions } from './options/password.options.js';
export type { TokenOptions } from './options/token.options.js';
export { TokenAuthOptionsError } from './options/options-check.js';
export type { HeaderNames } from './header-names.js';
export type { Duration } from './duration.js';

export { TokenAuthGuard } from './request/token-auth.guard.js';
export { AuthenticateAs } from './request/authenticate-as.js';
export { RecentSignIn } from './request/recent-sign-in.js';
export { getTokenAuthToken } from './realms/realm-token.js';
export { Realms } from './request/realms.js';
export { CurrentClient, CurrentUser, OptionalAuth, Public, RotateEarly } from './request/decorators.js';
export type { Access } from './request/decorators.js';
export type { CurrentUserDecorator, UserParameterDecorator } from './request/current-user.js';
export { RequestAuthenticator } from './request/request-authenticator.js';
export { SessionOpener } from './request/session-opener.js';
export type { IncomingRequest } from './incoming-request.js';

export { TokenAuthHooks } from './hooks/token-auth-hooks.js';
export type {
  DeletionAttempt,
  LinkAttempt,
  PasswordAttempt,
  SignInAttempt,
  SignUpAttempt,
  UpdateAttempt,
} from './hooks/token-auth-hooks.js';
export { Veto } from './hooks/veto.js';
export type { VetoOptions } from './hooks/veto.js';

export { TokenAuthMailer } from './mails/token-auth-mailer.js';
export type { MailKind, OutgoingMail } from './mails/token-auth-mailer.js';
export type { MailContent, MailData, MailTemplate, MailTemplates } from './mails/mail-templates.js';
export { NodemailerMailer } from './mails/nodemailer-mailer.js';
export { Outbox } from './mails/outbox.js';

export { oidcProvider } from './oauth/oidc-provider.js';
export type { OidcProviderOptions } from './oauth/oidc-provider.js';
export { appleProvider, googleProvider, microsoftProvider } from './oauth/presets.js';
export type { AppleProviderOptions, MicrosoftProviderOptions } from './oauth/presets.js';
export type { AppleKey } from './oauth/apple-client-secret.js';
export { githubProvider } from './oauth/github-provider.js';
export type { GithubProviderOptions } from './oauth/github-provider.js';
export type {
  OAuthProvider,
  ProfileMapping,
  ProviderClaims,
  ProviderFetch,
  ProviderIdentity,
  ProviderOptions,
  ProviderOptionsWithSecret,
} from './oauth/oauth-provider.js';
export { Identities } from './identities/identities.js';
export type { LinkedIdentity } from './identities/identities.js';
export type { IdentityKey } from './identities/identity-hash.js';

export { TokenService } from './tokens/token.service.js';
export type { IssueOptions } from './tokens/token.service.js';
export { LegacyChecksBusyError } from './tokens/legacy-digests.js';
export type { Session } from './tokens/token-authenticator.js';
export type { AuthClient } from './tokens/client.js';
export type { Credentials, IssuedToken } from './tokens/credentials.js';
export type { RequestOrigin } from './tokens/origin.js';
export { AuthToken, tokenEntityFor } from './tokens/auth-token.entity.js';
export { TokenAuthEvents } from './tokens/token-events.js';
export type { EndReason, SignInFailure, SignInMethod, TokenAuthEventMap } from './tokens/token-events.js';
export { TOKEN_AUTH_CLOCK } from './tokens/clock.js';
export type { Clock } from './tokens/clock.js';

export { TokenAuthCleanup } from './cleanup/token-auth-cleanup.js';
export type { CleanupCounts, CleanupOptions } from './cleanup/token-auth-cleanup.js';
export { entitiesFor } from './entities.js';
export { tokenAuthMigrations } from './migrations/token-auth-migrations.js';
export { Identity, identityEntityFor } from './identities/identity.entity.js';
export { OneTimeToken, oneTimeTokenEntityFor } from './one-time-tokens/one-time-token.entity.js';
export { Throttle, throttleEntityFor } from './throttling/throttle.entity.js';
export { UserGoneError } from './users/user-gone-error.js';
export { TokenAuthUser } from './users/token-auth-user.entity.js';
export type { AnyUser, UserId } from './users/token-auth-user.entity.js';
export { BcryptPasswordHasher } from './users/bcrypt-password-hasher.js';
export { PasswordHasher, PasswordQueueFullError } from './users/password-hasher.js';
export { DatabaseError } from './database/database-errors.js';
export type { PasswordVerdict } from './users/password-hasher.js';
