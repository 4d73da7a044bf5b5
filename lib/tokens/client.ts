import type { AuthToken } from './auth-token.entity.js';

/** One signed-in client of a user, without anything that would sign anybody in. */
export interface AuthClient {
  /** An opaque id, stable for the life of the client; what {@link TokenService.revoke} takes. */
  readonly id: string;
  readonly createdAt: Date;
  /** When the client was last used, exact to the minute or so. */
  readonly lastUsedAt: Date;
  /** The address that signed in or made the last rotation. */
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export function toAuthClient(row: AuthToken): AuthClient {
  return Object.freeze({
    id: row.id,
    createdAt: new Date(row.createdAt),
    lastUsedAt: new Date(row.lastUsedAt),
    ip: row.ip,
    userAgent: row.userAgent,
  });
}
