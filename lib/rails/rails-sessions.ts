import { isLegacyDigest } from '../tokens/legacy-digests.js';

/** A live session as Rails keeps it. */
export interface RailsSession {
  readonly client: string;
  /** bcrypt digests of the current token and the one before it. */
  readonly digests: readonly string[];
  /** When it ends, in whole seconds since 1970. */
  readonly expiry: number;
}

/** What a `tokens` column holds. */
export interface RailsSessions {
  readonly live: readonly RailsSession[];
  /** How many have ended. */
  readonly expired: number;
  /** How many cannot be read. */
  readonly unusable: number;
}

/**
 * The sessions in a `tokens` column: JSON, text that holds JSON, or text that holds such text as JSON once more. Null when it
 * is none of them. `last_token` is left out: it serves for five seconds after a rotation only.
 *
 * @param now - in ms since 1970.
 */
export function sessionsOf(tokens: unknown, now: number): RailsSessions | null {
  const records = decoded(tokens);
  if (records === null) return null;
  const sessions = Object.entries(records).map(([client, record]) => sessionOf(client, record));
  const usable = sessions.filter((session) => session !== null);
  const live = usable.filter(({ expiry }) => expiry * 1000 > now);
  return { live, expired: usable.length - live.length, unusable: sessions.length - usable.length };
}

function decoded(tokens: unknown): object | null {
  let value = tokens ?? {};
  try {
    for (let depth = 0; depth < 3 && typeof value === 'string'; depth++) {
      value = value.trim() === '' ? {} : ((JSON.parse(value) as unknown) ?? {});
    }
  } catch {
    return null;
  }
  return typeof value === 'object' && !Array.isArray(value) ? value : null;
}

function sessionOf(client: string, record: unknown): RailsSession | null {
  if (!/^[\x21-\x7e]{1,64}$/.test(client) || typeof record !== 'object' || record === null) return null;
  const { token, previous_token: previous, expiry } = record as Record<string, unknown>;
  const end = Math.floor(Number(expiry ?? NaN));
  if (!isLegacyDigest(token) || !Number.isSafeInteger(end)) return null;
  return { client, digests: isLegacyDigest(previous) ? [token, previous] : [token], expiry: end };
}
