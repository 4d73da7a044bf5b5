/** The three values that sign a request, as text of any content. */
export interface Credentials {
  readonly uid: string;
  readonly client: string;
  readonly accessToken: string;
}

/** What a client has to keep to make its next request. */
export interface IssuedToken extends Credentials {
  readonly tokenType: 'Bearer';
  /** The advertised end, in whole seconds since 1970. */
  readonly expiry: number;
}

/**
 * The values under which a `uid` may have been sent: itself first, then percent-decoded, because names outside Latin-1
 * travel percent-encoded in headers.
 */
export function spellingsOf(uid: string): readonly string[] {
  if (!uid.includes('%')) return [uid];
  try {
    return [uid, decodeURIComponent(uid)];
  } catch {
    return [uid];
  }
}

/** A `uid` as it may stand in a header: percent-encoded UTF-8 where it is not printable Latin-1. */
export function headerSafe(uid: string): string {
  return /^[\x20-\x7e\xa0-\xff]*$/.test(uid) ? uid : encodeURIComponent(uid);
}
