import type { Type } from '@nestjs/common';
import { AuthHeaders } from '../request/auth-headers.js';
import { Realms } from '../request/realms.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { TokenService } from '../tokens/token.service.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** An application or a testing module. */
export interface TokenAuthApp {
  get<T>(token: Type<T> | symbol, options?: { strict: boolean }): T;
}

/**
 * Signs a user in without a password and gives the request headers that make the next request theirs: a cookie in cookie
 * mode. With several kinds of users, the user's class tells which one it is.
 *
 * @example
 * ```ts
 * await request(app.getHttpServer()).get('/projects').set(await signInAs(app, user)).expect(200);
 * ```
 */
export async function signInAs(app: TokenAuthApp, user: AnyUser): Promise<Record<string, string>> {
  const realms = app.get<Realms>(Realms, { strict: false });
  const entity = realms.entityOf(user);
  const issued = await realms.get(entity, TokenService).issue(user);
  const headers = realms.get(entity, AuthHeaders);
  const { cookie, headersNames } = realms.get<TokenAuthConfig>(entity, TOKEN_AUTH_CONFIG);
  if (cookie !== null) return { cookie: headers.cookieOf(issued, cookie).split(';', 1)[0] ?? '' };
  const { [headersNames.authorization]: _bearer, ...five } = headers.headersOf(issued);
  return five;
}
