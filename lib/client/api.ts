/** Where the API is, and how requests get there. */
export interface Api {
  /** Ends with a slash. */
  readonly base: URL;
  /** The platform's, or the one that was given. */
  readonly send: typeof globalThis.fetch;
  /** Whether the token is in a cookie. */
  readonly cookies: boolean;
  /** Whether credentials may go to this URL: it is of the API's origin, and below its base. */
  has(url: URL | string): boolean;
  /** The URL of an endpoint. */
  endpoint(path: string): string;
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
  const page = (globalThis as { location?: Location }).location?.href;
  if (!URL.canParse(String(baseUrl), page)) {
    throw new TypeError(`baseUrl has to be an http(s) URL, relative ones only in a page: ${String(baseUrl)}`);
  }
  const base = new URL(baseUrl, page);
  // Other schemes have no origin to go by: all of them would be alike.
  if (!base.protocol.startsWith('http')) throw new TypeError(`baseUrl has to be an http(s) URL: ${base.href}`);
  base.pathname = base.pathname.replace(/\/*$/, '/');
  base.search = base.hash = '';
  const auth = authPath.replace(/^\/+|\/+$/g, '');
  return {
    base,
    cookies,
    // Called as a plain function, as browsers want it; and looked up late, so that what instruments it is used.
    send: (input, init) => (given ?? globalThis.fetch)(input, init),
    has(url) {
      const { origin, pathname } = new URL(url, base);
      return origin === base.origin && pathname.startsWith(base.pathname);
    },
    endpoint: (path) => new URL(auth + (path && auth ? `/${path}` : path), base).href,
  };
}
