import { dataOf, type Api } from './api.js';
import { errorOf } from './errors.js';
import { COOKIE_SESSION, type Keeper } from './keeper.js';
import type { StoredSession } from './storage.js';

/** What an answer tells; `redirected` where the platform says so. */
export interface ExchangeResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly redirected?: boolean;
}

/** One request and its answer. Has to be finished, whatever happens: requests that were refused wait for their siblings. */
export interface Exchange {
  /** To set on the request. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Tells what has come back; null where nothing has.
   *
   * @returns `'retry'`: send it once more with a new exchange, because another request has got a newer token meanwhile.
   */
  finish(response: ExchangeResponse | null): Promise<'done' | 'retry'>;
}

/** The exchanges of a client: they follow its token. */
export interface Exchanges<U> {
  /** @param absent - a status by which the endpoint says that nobody is signed in, beside 401. */
  readonly begin: (absent?: number) => Promise<Exchange>;
  /** Asks the server who is signed in; requests at the same time share the question. */
  readonly check: () => Promise<U | null>;
  /** Takes the token of an answer to a sign-in, whatever was there. */
  signIn(session: StoredSession, user: U | null): Promise<void>;
  /** Asks for a token that was lost, if one was: as when the network is there again. */
  readonly catchUp: () => void;
  /** Whether answers are on their way that may bring the next token. */
  isPending(stored: StoredSession): boolean;
}

/** The token that a response brings; null where it is blank or missing. */
export function tokenOf(headers: ExchangeResponse['headers']): StoredSession | null {
  const accessToken = headers.get('access-token');
  const client = headers.get('client');
  const uid = headers.get('uid');
  return accessToken && client && uid ? { accessToken, client, uid, expiry: Number(headers.get('expiry')) || 0 } : null;
}

/** Whether the next token may have been lost: no answer, one that cannot be read, a redirect's, or a gateway's. */
function isLost(response: ExchangeResponse | null): boolean {
  return !response?.status || response.redirected === true || response.status === 502 || response.status > 503;
}

/** Platforms take `Authorization` away where a redirect leads to another origin; headers of other names they send along. */
function headersFor({ accessToken, client, uid }: StoredSession): Record<string, string> {
  const json = JSON.stringify({ 'access-token': accessToken, client, uid });
  const ascii = json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return { authorization: `Bearer ${btoa(ascii)}` };
}

export function createExchanges<U>(api: Api, keeper: Keeper<U>): Exchanges<U> {
  /** How many requests have no answer yet, by the token that they show. */
  const pending = new Map<string, number>();
  let waiting: (() => void)[] = [];
  let checking: Promise<U | null> | undefined;
  /** The last token that the server has said to be none, beside which a 401 is a handler's own. */
  let refused: string | undefined;
  /** Whether the token has come to this program, so that nothing can have been lost before it was started. */
  let isCaughtUp = api.cookies;

  const count = (token: string, by: number) => {
    pending.set(token, (pending.get(token) ?? 0) + by);
    if (!pending.get(token)) pending.delete(token);
  };

  const headersOf = (sent: StoredSession | null) => (sent && !api.cookies ? headersFor(sent) : {});

  const isSame = (stored: StoredSession | null, sent: StoredSession) =>
    stored?.client === sent.client && stored.accessToken === sent.accessToken;

  /** What is stored once a response has come. The newest token wins, and a session that has ended stays so. */
  function follow(sent: StoredSession | null, response: ExchangeResponse | null) {
    return (stored: StoredSession | null): StoredSession | null | undefined => {
      const told = response && tokenOf(response.headers);
      // A way of signing in of the application's own.
      if (!sent) return stored ? undefined : (told ?? undefined);
      if (stored?.client !== sent.client) return undefined;
      const isCurrent = stored.accessToken === sent.accessToken;
      if (told?.client === sent.client && (isCurrent || told.expiry > stored.expiry)) {
        // The same token once more may have been told before another request lost the next one.
        return told.accessToken === stored.accessToken ? { ...stored, ...told } : told;
      }
      return isCurrent && isLost(response) && !stored.lost ? { ...stored, lost: true } : undefined;
    };
  }

  /** Counts a request until it is answered, and takes over what the answer tells. */
  function track(sent: StoredSession | null) {
    if (sent) count(sent.accessToken, 1);
    return async (response: ExchangeResponse | null) => {
      try {
        const isNews = !api.cookies && (isLost(response) || (response && tokenOf(response.headers)));
        return isNews ? await keeper.change(follow(sent, response)) : await keeper.read();
      } finally {
        if (sent) count(sent.accessToken, -1);
        for (const wake of waiting.splice(0)) wake();
      }
    };
  }

  /** What is stored once it cannot change any more by requests that were sent with the same token. */
  async function settled(sent: StoredSession): Promise<StoredSession | null> {
    for (;;) {
      const stored = await keeper.read();
      if (api.cookies || !isSame(stored, sent) || !pending.has(sent.accessToken)) return stored;
      await new Promise<void>((wake) => waiting.push(wake));
    }
  }

  /** Asks for the newest token, where one may have been lost: the server tells it inside a batch too. */
  async function ask(): Promise<U | null> {
    for (;;) {
      const sent = await keeper.read();
      if (!sent && !api.cookies) return null;
      const isLate = sent?.lost === true || !isCaughtUp;
      const took = track(sent);
      let response: Response | null = null;
      try {
        response = await api.request('GET', `validate_token${isLate ? '?unbatch=true' : ''}`, headersOf(sent));
      } finally {
        await took(response);
      }
      if (response.ok) {
        const user = await confirmed(sent, response, isLate);
        // Another request has lost its answer meanwhile: this question did not ask for it.
        if (isLate || !keeper.known?.lost) return user;
        continue;
      }
      const error = await errorOf(response);
      if (response.status !== 401) throw error;
      if (!sent) return null;
      refused = sent.accessToken;
      if (isSame(await settled(sent), sent)) {
        await keeper.change((stored) => (isSame(stored, sent) ? null : undefined), { reason: 'refused' });
      }
      if (!keeper.known) return null;
    }
  }

  async function confirmed(sent: StoredSession | null, response: Response, isLate: boolean): Promise<U | null> {
    isCaughtUp = true;
    const data = await dataOf<U>(response);
    // What was asked before a sign-out says nothing of now.
    if (api.cookies) await keeper.change((stored) => (stored || sent ? undefined : COOKIE_SESSION), { user: data });
    // Told nothing newer: there is nothing more to ask for.
    else if (isLate && keeper.known?.lost) {
      await keeper.change((stored) =>
        sent && stored && isSame(stored, sent) ? { ...stored, lost: false } : undefined,
      );
    }
    const isHis = api.cookies || keeper.known?.client === sent?.client;
    if (!keeper.known || !isHis) return keeper.user;
    keeper.setUser(data);
    return data;
  }

  const check = () => (checking ??= ask().finally(() => (checking = undefined)));

  /** At once, so that a lost token is found while its batch is open. Failing it waits for the next request. */
  const catchUp = () => {
    if (keeper.known?.lost && globalThis.navigator?.onLine !== false) check().catch(() => {});
  };

  return {
    check,
    async begin(absent) {
      const sent = await keeper.read();
      catchUp();
      const took = track(sent);
      return {
        headers: headersOf(sent),
        async finish(response) {
          await took(response);
          catchUp();
          if (!sent || (response?.status !== 401 && response?.status !== (absent ?? 401))) return 'done';
          // An answer that knows this client comes from behind the guard.
          if (response.headers.get('client') === sent.client) return 'done';
          if (isSame(await settled(sent), sent)) {
            await check().catch(() => {});
            if (refused !== sent.accessToken) return 'done';
          }
          return keeper.known?.client === sent.client ? 'retry' : 'done';
        },
      };
    },
    async signIn(session, user) {
      isCaughtUp = true;
      await keeper.change(() => session, { user });
      if (user !== null) keeper.setUser(user);
    },
    catchUp,
    isPending: ({ accessToken }) => !api.cookies && pending.has(accessToken),
  };
}
