export { TokenAuthModule } from './token-auth.module.js';
export type {
  TokenAuthModuleAsyncOptions,
  TokenAuthModuleOptions,
  TokenAuthOptionsFactory,
} from './token-auth.module.js';
export type {
  CookieAttributes,
  TokenAuthEndpoints,
  TokenAuthModuleExtras,
  TokenAuthOptions,
} from './token-auth.options.js';
export { TokenAuthOptionsError } from './token-auth.config.js';
export type { HeaderNames } from './header-names.js';
export type { Duration } from './duration.js';

export { TokenAuthGuard } from './request/token-auth.guard.js';
export { CurrentClient, CurrentUser, OptionalAuth, Public, RotateEarly } from './request/decorators.js';
export type { Access } from './request/decorators.js';
export { RequestAuthenticator } from './request/request-authenticator.js';
export { SessionOpener } from './request/session-opener.js';
export type { IncomingRequest } from './request/request-context.js';

export { TokenService } from './tokens/token.service.js';
export type { IssueOptions } from './tokens/token.service.js';
export type { Session } from './tokens/token-authenticator.js';
export type { AuthClient } from './tokens/client.js';
export type { Credentials, IssuedToken } from './tokens/credentials.js';
export type { RequestOrigin } from './tokens/origin.js';
export { AuthToken, tokenEntityFor } from './tokens/auth-token.entity.js';
export { TokenAuthEvents } from './tokens/token-events.js';
export type { TokenAuthEventMap } from './tokens/token-events.js';
export { TOKEN_AUTH_CLOCK } from './tokens/clock.js';
export type { Clock } from './tokens/clock.js';

export { TokenAuthUser } from './users/token-auth-user.entity.js';
export type { AnyUser, UserId } from './users/token-auth-user.entity.js';
export { BcryptPasswordHasher } from './users/bcrypt-password-hasher.js';
export { PasswordHasher, PasswordQueueFullError } from './users/password-hasher.js';
export { DatabaseError } from './database/database-errors.js';
export type { PasswordVerdict } from './users/password-hasher.js';
