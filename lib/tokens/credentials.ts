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
 * The values under which a `uid` may have been sent: itself first; percent-decoded, because names outside Latin-1 travel
 * percent-encoded in headers; and as the UTF-8 that was read as Latin-1, because some platforms and clients write UTF-8
 * into headers (Node does where a response's head and text leave in one piece, as on Fastify).
 */
export function spellingsOf(uid: string): readonly string[] {
  return [uid, percentDecoded(uid), utf8Of(uid)];
}

function percentDecoded(uid: string): string {
  try {
    return decodeURIComponent(uid);
  } catch {
    return uid;
  }
}

function utf8Of(uid: string): string {
  return /^[\0-\xff]*$/.test(uid) ? Buffer.from(uid, 'latin1').toString('utf8') : uid;
}

/** A `uid` as it may stand in a header: percent-encoded UTF-8 where it is not printable Latin-1. */
export function headerSafe(uid: string): string {
  return /^[\x20-\x7e\xa0-\xff]*$/.test(uid) ? uid : encodeURIComponent(uid);
}
