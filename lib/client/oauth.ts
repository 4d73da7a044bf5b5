import type { Api } from './api.js';
import { TokenAuthError } from './errors.js';
import type { StoredSession } from './storage.js';

/** How to sign in by a provider. */
export interface SignInWithOptions {
  /** A window of its own (default), or this page, which is left. */
  readonly mode?: 'popup' | 'redirect';
  /** Where the sign-in ends; on the server's `redirectAllowlist`. Default: this page. */
  readonly returnTo?: string;
  /** For a new account, what the server's `signUpDto` declares. */
  readonly values?: Readonly<Record<string, string>>;
  /** Gives up, and closes the window. */
  readonly signal?: AbortSignal;
}

/** What a sign-in by a provider brings, by the protocol's names. */
type Payload = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** In ms: how often a window is asked whether it has come to its end. */
const ASKING = 250;

/** For how many of these rounds a window may take to leave for the provider, before it is closed anyhow. */
const LEAVING = 8;

/** Names under which the outcome stands in a URL. */
const PARAMETERS = 'auth_token client_id uid expiry config blank oauth_registration error error_code'.split(' ');

/** In sessionStorage: what tells this tab's own sign-ins from links that would sign in somebody else, and where they return to. */
const STATE = 'token-auth-sign-in';

const returnUrl = ({ returnTo }: SignInWithOptions) => new URL(returnTo ?? location.href, location.href).href;

function urlOf(api: Api, provider: string, window: string, options: SignInWithOptions): URL {
  const url = new URL(api.endpoint(encodeURIComponent(provider)));
  // The server would repeat the outcome behind a fragment.
  const [origin = ''] = returnUrl(options).split('#', 1);
  const given = { ...options.values, auth_origin_url: origin };
  for (const [name, value] of Object.entries({ ...given, omniauth_window_type: window }))
    url.searchParams.set(name, value);
  return url;
}

/** The session of an outcome; null where it is in a cookie. */
export function sessionOf(payload: Payload): StoredSession | null {
  const { auth_token, client_id, uid, expiry, error, error_code } = payload;
  if (error != null) throw new TokenAuthError(String(error), 0, error_code == null ? undefined : String(error_code));
  if (!auth_token) return null;
  return { accessToken: String(auth_token), client: String(client_id), uid: String(uid), expiry: Number(expiry) || 0 };
}

/** Signs in in a window. It is opened before anything is awaited, or browsers would not let it. */
export function inPopup(api: Api, provider: string, options: SignInWithOptions): Promise<StoredSession | null> {
  const { signal } = options;
  signal?.throwIfAborted();
  const popup = window.open(urlOf(api, provider, 'newWindow', options), '_blank', 'popup,width=520,height=640');
  if (!popup) throw new TokenAuthError('The browser has blocked the window.', 0, 'popup_blocked');
  let timer: ReturnType<typeof setInterval>;
  let hear: (event: MessageEvent<Payload | null>) => void;
  let stop: () => void;
  return new Promise<Payload>((resolve, reject) => {
    let isClosed = false;
    hear = ({ source, origin, data }) => {
      if (source !== popup || origin !== api.base.origin) return;
      if (data?.['message'] === 'deliverCredentials' || data?.['message'] === 'authFailure') resolve(data);
    };
    stop = () => reject(signal?.reason as Error);
    timer = setInterval(() => {
      // One round later: it closes itself right after its message.
      if (isClosed) reject(new TokenAuthError('The window was closed.', 0, 'popup_closed'));
      isClosed = popup.closed;
      // No secret, and on its way the window is at origins that nobody knows here.
      popup.postMessage('requestCredentials', '*');
    }, ASKING);
    addEventListener('message', hear);
    signal?.addEventListener('abort', stop);
  })
    .then(sessionOf)
    .finally(() => {
      clearInterval(timer);
      removeEventListener('message', hear);
      signal?.removeEventListener('abort', stop);
      closeOnArrival(popup);
    });
}

/** Chromium loses a close that comes just as a window changes to the process of another site, and takes no other. */
function closeOnArrival(popup: Window, rounds = LEAVING): void {
  if (rounds > 0 && isBlank(popup)) setTimeout(closeOnArrival, ASKING, popup, rounds - 1);
  else popup.close();
}

/** Whether it shows nothing yet: what it shows of another site is not to be seen. */
function isBlank(popup: Window): boolean {
  try {
    return popup.location.href === 'about:blank';
  } catch {
    return false;
  }
}

/** Leaves the page for the provider's. */
export function byRedirect(api: Api, provider: string, options: SignInWithOptions): Promise<never> {
  const url = urlOf(api, provider, 'sameWindow', options);
  const state = crypto.getRandomValues(new Uint32Array(4)).join('');
  sessionStorage.setItem(STATE, JSON.stringify([state, returnUrl(options)]));
  // The server gives it back as `config`.
  url.searchParams.set('config_name', state);
  location.assign(url);
  return new Promise(() => {});
}

/**
 * Takes the outcome of a sign-in by redirect out of the URL of this page. Null where there is none, or none that this tab has
 * asked for: whoever makes somebody follow a link could sign them in to an account of his own.
 */
export function takeArrival(): Payload | null {
  if (typeof document === 'undefined') return null;
  const url = new URL(location.href);
  const payload: Payload = Object.fromEntries(url.searchParams);
  if (payload['blank'] !== 'true' || !(payload['client_id'] || payload['error'])) return null;
  const [state, asked] = takeState();
  // A failure carries no state, and does nothing.
  const isAsked = asked !== undefined && (payload['config'] === state || payload['error'] !== undefined);
  for (const name of PARAMETERS) url.searchParams.delete(name);
  history.replaceState(history.state, '', isAsked ? asked : url);
  return isAsked ? payload : null;
}

function takeState(): [state?: string, url?: string] {
  try {
    const json = sessionStorage.getItem(STATE);
    sessionStorage.removeItem(STATE);
    return JSON.parse(json ?? '[]') as [string, string];
  } catch {
    return [];
  }
}
