import { parseSession, type TokenStorage } from './storage.js';

/** What a cookie is set with. */
export interface TokenCookieAttributes {
  readonly path: string;
  readonly sameSite: 'lax';
  /** In seconds; 0 deletes the cookie. */
  readonly maxAge: number;
}

/** Where {@link cookieTokenStorage} keeps its cookie. */
export interface TokenCookieOptions {
  /** Default `'token-auth'`. */
  readonly name?: string;
  /** On a server: gives the value of the request's cookie, decoded. Default: `document.cookie`. */
  readonly get?: (name: string) => string | null | undefined | Promise<string | null | undefined>;
  /** On a server: sets the cookie of the response, encoded. Default: `document.cookie`. */
  readonly set?: (name: string, value: string, attributes: TokenCookieAttributes) => void | Promise<void>;
}

/**
 * Keeps a session in a cookie that the page and a server that renders it both read and write. Scripts of the page can read
 * it; for a cookie that they cannot, use the server's cookie mode.
 */
export function cookieTokenStorage({ name = 'token-auth', get, set }: TokenCookieOptions = {}): TokenStorage {
  const read = get ?? documentCookie;
  const write = set ?? setDocumentCookie;
  const put = (value: string, maxAge: number) => write(name, value, { path: '/', sameSite: 'lax', maxAge });
  return {
    get() {
      const value = read(name);
      return value instanceof Promise ? value.then(parseSession) : parseSession(value);
    },
    set: (session) => put(JSON.stringify(session), Math.max(1, session.expiry - Math.floor(Date.now() / 1000))),
    remove: () => put('', 0),
    // A server has many users: there is nothing that its requests share.
    ...(get === undefined && set === undefined ? { channel: name } : {}),
  };
}

function documentCookie(name: string): string | null {
  const cookie = document.cookie.split('; ').find((each) => each.startsWith(`${name}=`));
  return cookie === undefined ? null : decodeURIComponent(cookie.slice(name.length + 1));
}

function setDocumentCookie(name: string, value: string, { path, sameSite, maxAge }: TokenCookieAttributes): void {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `${name}=${encodeURIComponent(value)}; path=${path}; samesite=${sameSite}; max-age=${maxAge}${secure}`;
}
