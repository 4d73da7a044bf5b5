import type { StoredSession, TokenStorage } from './storage.js';

/** Why nobody is signed in any more: asked for, refused by the server, the account deleted; or seen in the storage. */
export type SignOutReason = 'signed_out' | 'refused' | 'account_deleted' | 'elsewhere';

/** What has changed, in this tab or in another one. */
export interface SessionChange<U> {
  readonly kind: 'signed_in' | 'signed_out' | 'token' | 'user';
  readonly user: U | null;
  /** Of `signed_out`. */
  readonly reason?: SignOutReason;
}

/** What tabs tell each other; the storage holds the rest. */
interface Notice<U> {
  readonly client: string | null;
  readonly user: U | null;
  readonly reason: SignOutReason | undefined;
}

/** Why a session is changed, and what is known of its user from now on. */
interface Cause<U> {
  readonly reason?: SignOutReason | undefined;
  readonly user?: U | null;
}

/** Keeps the session: one in all tabs, changed by one request at a time. */
export interface Keeper<U> {
  /** As it was last seen. */
  readonly known: StoredSession | null;
  readonly user: U | null;
  /** The session as it is stored now. */
  read(): Promise<StoredSession | null>;
  /** Decides by the stored session what is to be stored; undefined leaves it. Resolves with what is stored then. */
  change(
    decide: (stored: StoredSession | null) => StoredSession | null | undefined,
    cause?: Cause<U>,
  ): Promise<StoredSession | null>;
  setUser(user: U): void;
  /** To be called when another tab has changed the storage. */
  readonly refresh: () => Promise<void>;
  readonly onChange: (listener: (change: SessionChange<U>) => void) => () => void;
  readonly close: () => void;
}

/** What stands for a session whose token only the browser knows. */
export const COOKIE_SESSION: StoredSession = { accessToken: '', client: 'cookie', uid: '', expiry: 0 };

/** @param cookies - whether a cookie of the server's holds the token: the storage is this tab's own, and follows the others. */
export function createKeeper<U>(storage: TokenStorage, cookies: boolean): Keeper<U> {
  const listeners = new Set<(change: SessionChange<U>) => void>();
  let known: StoredSession | null = null;
  let user: U | null = null;
  let changes = 0;
  /** The last that another tab has told, until the storage says the same. */
  let notice: Notice<U> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const name = storage.channel;
  const channel =
    name !== undefined && typeof BroadcastChannel !== 'undefined' ? new BroadcastChannel(`token-auth:${name}`) : null;
  // In Node, an open channel keeps the process alive.
  (channel as { unref?(): void } | null)?.unref?.();
  channel?.addEventListener('message', ({ data }: MessageEvent<Notice<U>>) => void hear(data).catch(() => {}));

  // A storage that answers at once is known from the start.
  const first = storage.get();
  if (first instanceof Promise) first.catch(() => {});
  else known = first;

  async function hear(heard: Notice<U>): Promise<void> {
    if (cookies) await (heard.client === null ? storage.remove() : storage.set(COOKIE_SESSION));
    notice = heard;
    await refresh();
  }

  /** Looks whether the storage holds by now what another tab has told: the news may travel faster. */
  async function refresh(): Promise<void> {
    if (!notice) return;
    const { client, user: theirs } = notice;
    const stored = await look(notice);
    if ((stored?.client ?? null) !== client) return;
    notice = undefined;
    if (theirs !== null) noteUser(theirs);
  }

  function tell(kind: SessionChange<U>['kind'], reason?: SignOutReason): void {
    const change = { kind, user, ...(reason === undefined ? {} : { reason }) };
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        // The listener's own fault: reported as any other of the application, and no session is lost by it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  function see(next: StoredSession | null, { reason = 'elsewhere', user: theirs = null }: Cause<U>): void {
    const before = known;
    known = next;
    if (before?.client !== next?.client) {
      user = next === null ? null : theirs;
      if (next === null) tell('signed_out', reason);
      else tell('signed_in');
    } else if (before?.accessToken !== next?.accessToken) {
      tell('token');
    }
  }

  function noteUser(next: U): boolean {
    if (JSON.stringify(next) === JSON.stringify(user)) return false;
    user = next;
    tell('user');
    return true;
  }

  /** Looks into the storage; what it held before the last change of our own does not count. */
  async function look(cause: Cause<U> = {}): Promise<StoredSession | null> {
    const before = changes;
    const stored = await storage.get();
    if (before !== changes) return await look(cause);
    see(stored, cause);
    return stored;
  }

  /** One at a time: among tabs by the browser's locks. A storage that answers at once needs none within one program. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const locks = name === undefined || cookies ? undefined : globalThis.navigator?.locks;
    if (locks) return locks.request(`token-auth:${name}`, work) as Promise<T>;
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  }

  function post(reason?: SignOutReason): void {
    channel?.postMessage({ client: known?.client ?? null, user, reason } satisfies Notice<U>);
  }

  return {
    get known() {
      return known;
    },
    get user() {
      return user;
    },
    read: () => look(),
    refresh,
    change: (decide, cause = {}) =>
      alone(async () => {
        const got = storage.get();
        // Nothing may come between reading and writing where both are done at once.
        const stored = got instanceof Promise ? await got : got;
        const next = decide(stored);
        if (next !== undefined) {
          const written = next === null ? storage.remove() : storage.set(next);
          if (written instanceof Promise) await written;
        }
        changes++;
        see(next === undefined ? stored : next, cause);
        if (next !== undefined) post(cause.reason);
        return next === undefined ? stored : next;
      }),
    setUser(next) {
      if (noteUser(next)) post();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      channel?.close();
      listeners.clear();
    },
  };
}
