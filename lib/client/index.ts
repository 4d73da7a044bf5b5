export { createTokenAuthClient } from './token-auth-client.js';
export {
  localTokenStorage,
  memoryStorage,
  sessionTokenStorage,
  type StoredSession,
  type TokenStorage,
} from './storage.js';
export { cookieTokenStorage, type TokenCookieAttributes, type TokenCookieOptions } from './cookie-storage.js';
export { ServiceUnavailableError, TokenAuthError, UnreachableError, type FieldErrors } from './errors.js';
export type { Exchange, ExchangeResponse } from './exchanges.js';
export type { SessionChange, SignOutReason } from './keeper.js';
export type { SignInWithOptions } from './oauth.js';
export type { AccountValues, SignedInClient, TokenAuthClient, TokenAuthClientOptions, TokenAuthUser } from './types.js';
export { createServiceClient } from './service/service-client.js';
export type { ServiceClient, ServiceIdentity } from './service/service-client.js';
export type { ServiceClientOptions, SignInFailure, SignInValues, SignOutFailure } from './service/service-options.js';
