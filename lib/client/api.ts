import { UnreachableError } from './errors.js';

/** Where the API is, and how requests get there. */
export interface Api {
  /** Ends with a slash. */
  readonly base: URL;
  /** Whether the token is in a cookie. */
  readonly cookies: boolean;
  /** The platform's, or the one that was given. */
  readonly send: typeof globalThis.fetch;
  /** Whether credentials may go to this URL: it is of the API's origin, and below its base. */
  has(url: URL | string): boolean;
  /** The URL of an endpoint. */
  endpoint(path: string): string;
  /**
   * Sends JSON to an endpoint, and follows no redirect: no endpoint makes one, and passwords go nowhere else.
   *
   * @throws UnreachableError where nobody answers.
   */
  request(method: string, path: string, headers?: object, body?: object): Promise<Response>;
}

/** What {@link createApi} is made of. */
export interface ApiOptions {
  readonly baseUrl: string | URL;
  readonly authPath?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly cookies?: boolean | undefined;
}

/** @throws TypeError where the base is no http(s) URL; a relative one needs a page. */
export function createApi({ baseUrl, authPath = 'auth', fetch: given, cookies = false }: ApiOptions): Api {
  const base = baseOf(baseUrl);
  const api: Api = {
    base,
    cookies,
    // Called as a plain function, as browsers want it; and looked up late, so that what instruments it is used.
    send: (input, init) => (given ?? globalThis.fetch)(input, init),
    has(url) {
      const { origin, pathname } = new URL(url, base);
      return origin === base.origin && pathname.startsWith(base.pathname);
    },
    endpoint: (path) => new URL(`./${authPath}/${path}`.replace(/\/+/g, '/').replace(/\/$/, ''), base).href,
    async request(method, path, headers, body) {
      try {
        return await api.send(api.endpoint(path), {
          method,
          redirect: 'manual',
          headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...headers },
          ...(body && { body: JSON.stringify(body) }),
          ...(cookies && { credentials: 'include' }),
        });
      } catch (cause) {
        throw new UnreachableError({ cause });
      }
    },
  };
  return api;
}

/**
 * What an endpoint's success brings.
 *
 * @throws UnreachableError where its body is cut off.
 */
export async function dataOf<T>(response: Response): Promise<T> {
  try {
    return ((await response.json()) as { data: T }).data;
  } catch (cause) {
    throw new UnreachableError({ cause });
  }
}

function baseOf(baseUrl: string | URL): URL {
  try {
    const base = new URL(baseUrl, (globalThis as { location?: Location }).location?.href);
    base.pathname = base.pathname.replace(/\/*$/, '/');
    base.search = base.hash = '';
    // Other schemes have no origin to go by: all of them would be alike.
    if (base.protocol.startsWith('http')) return base;
  } catch {}
  throw new TypeError(`baseUrl has to be an http(s) URL, or in a page a relative one: ${String(baseUrl)}`);
}
