import { randomUUID } from 'node:crypto';
import type { AuthToken } from '../tokens/auth-token.entity.js';
import { legacyHashesOf } from '../tokens/legacy-digests.js';
import { randomKey } from '../tokens/token-secret.js';
import type { RailsSession } from './rails-sessions.js';

/** In ms: what asks for a recent sign-in must not take the move for one. */
const LONG_AGO = 86_400_000;

/** What of a session may change in Rails while its client has not been used here. */
export type SessionValues = Pick<AuthToken, 'uid' | 'legacyHashes' | 'expiry' | 'lastUsedAt'>;

/**
 * A session ends here when it would have ended in Rails; or, where that is later than a client lives here, a whole lifespan
 * from now on.
 *
 * @param lifespan - `tokenLifespan` of this application, in ms.
 */
export function sessionValues(session: RailsSession, uid: string, now: number, lifespan: number): SessionValues {
  return {
    uid,
    legacyHashes: legacyHashesOf(session.digests),
    expiry: session.expiry,
    lastUsedAt: Math.min(now, session.expiry * 1000 - lifespan),
  };
}

/** A new row for a session. When it began Rails does not know: an absolute lifespan counts from a day before the move. */
export function clientRow(client: string, values: SessionValues, now: number): Omit<AuthToken, 'user'> {
  return {
    id: randomUUID(),
    client,
    ...values,
    replacedUid: null,
    // Of a secret that nobody has.
    tokenHash: randomKey(),
    replacedHash: null,
    generation: 0,
    nonce: null,
    tagKey: randomKey(),
    authEpoch: 0,
    batchStartedAt: 0,
    batchOpenUntil: 0,
    lifespan: null,
    createdAt: now - LONG_AGO,
    passwordChangeUntil: null,
    ip: null,
    userAgent: null,
  };
}
