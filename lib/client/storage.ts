/** What is kept of a session. */
export interface StoredSession {
  readonly accessToken: string;
  /** The name of this client at the server. */
  readonly client: string;
  readonly uid: string;
  /** The advertised end of the token, in whole seconds since 1970; it rises from token to token of one client. */
  readonly expiry: number;
  /** Whether a response that may have brought the next token was lost: the server is asked for it. */
  readonly lost?: boolean;
}

/** Keeps one session. Whoever can read it can act as its user until the token changes. */
export interface TokenStorage {
  get(): StoredSession | null | Promise<StoredSession | null>;
  set(session: StoredSession): void | Promise<void>;
  remove(): void | Promise<void>;
  /** The name by which tabs that share this storage find each other; absent where nothing is shared. */
  readonly channel?: string;
}

/** Keeps a session as long as the program runs. */
export function memoryStorage(): TokenStorage {
  let kept: StoredSession | null = null;
  return {
    get: () => kept,
    set(session) {
      kept = session;
    },
    remove() {
      kept = null;
    },
  };
}

/** Keeps a session in the browser's localStorage: shared by its tabs, and there again when it is started again. */
export function localTokenStorage(key = 'token-auth'): TokenStorage {
  return webStorage(() => localStorage, key, key);
}

/** Keeps a session in the tab's sessionStorage: for this tab alone, and gone with it. */
export function sessionTokenStorage(key = 'token-auth'): TokenStorage {
  return webStorage(() => sessionStorage, key);
}

/** In memory where the browser denies it: so do private windows, and people who allow no cookies. */
function webStorage(open: () => Storage, key: string, channel?: string): TokenStorage {
  let web: Storage;
  try {
    web = open();
    web.getItem(key);
  } catch {
    return memoryStorage();
  }
  return {
    get: () => parseSession(web.getItem(key)),
    set: (session) => web.setItem(key, JSON.stringify(session)),
    remove: () => web.removeItem(key),
    ...(channel === undefined ? {} : { channel }),
  };
}

/** A session from its JSON; null for anything else. */
export function parseSession(json: string | null | undefined): StoredSession | null {
  try {
    const value = JSON.parse(json ?? '') as StoredSession | null;
    return value?.accessToken && value.client && value.uid ? value : null;
  } catch {
    return null;
  }
}
