import { domainToUnicode } from 'node:url';

/** Where redirects may lead: nowhere unless it is listed. */
export class RedirectAllowlist {
  private readonly patterns: readonly RedirectPattern[];

  /**
   * @param patterns - what the application allows.
   * @param own - URLs that the application leads to by itself, allowed as they are.
   * @throws TypeError naming a pattern that cannot be used, and why.
   */
  constructor(
    patterns: readonly string[],
    private readonly own: readonly string[] = [],
  ) {
    this.patterns = patterns.map((pattern) => new RedirectPattern(pattern));
  }

  allows(url: string): boolean {
    if (this.own.includes(url)) return true;
    const target = parseTarget(url);
    return target !== null && this.patterns.some((pattern) => pattern.matches(target));
  }
}

/** `scheme://`, `*.`, and what follows without a `/*` at its end. */
const PATTERN = /^([a-z][a-z\d+.-]*:\/\/)(\*\.)?([^*]*?)(?:\/\*)?$/i;

/** What servers may decode, once or again, into a way out of a path: encoded dots and slashes, `..;` of path parameters. */
const WAYS_OUT = /%(25)*(2e|2f|5c)|\/\.\.?;/i;

/** Scheme, host and port as they are; the host may begin with one wildcard label; a path stands for all below it. */
class RedirectPattern {
  private readonly url: URL;
  private readonly isWildcard: boolean;

  constructor(pattern: string) {
    const [, scheme = '', wildcard, rest = ''] = PATTERN.exec(pattern) ?? [];
    const url = parseTarget(scheme + rest);
    if (url === null) {
      const why = pattern.includes('*')
        ? ": '*' may stand for the first label of the host, or end the path as '/*'"
        : '';
      throw new TypeError(`'${pattern}' is not a URL such as 'https://app.example.com' or 'myapp://reset'${why}`);
    }
    if (/[?#]/.test(rest)) throw new TypeError(`'${pattern}' has a query or a fragment, which are not compared`);
    if (WAYS_OUT.test(url.pathname)) throw new TypeError(`'${pattern}' has encoded dots or slashes in its path`);
    if (wildcard !== undefined && !/[^.]\.[^.]/.test(url.hostname)) {
      throw new TypeError(`'${pattern}' stands for a whole top-level domain: two labels must follow the wildcard`);
    }
    this.url = url;
    this.isWildcard = wildcard !== undefined;
  }

  matches(target: URL): boolean {
    const host = this.isWildcard ? withoutFirstLabel(target.host) : target.host;
    return target.protocol === this.url.protocol && host === this.url.host && this.isAbove(target.pathname);
  }

  private isAbove(path: string): boolean {
    const base = this.url.pathname.replace(/\/$/, '');
    if (base === '') return true;
    return (path === base || path.startsWith(`${base}/`)) && !WAYS_OUT.test(path);
  }
}

/** Schemes that run or show something instead of leading anywhere. */
const DANGEROUS = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'file:',
  'filesystem:',
  'blob:',
  'about:',
  'view-source:',
]);

/** In characters: what every browser, server and mail program passes on whole. */
const LONGEST_URL = 2048;

/**
 * A URL that may be followed: absolute, spelled as browsers spell it up to its path, without user info. Browsers read
 * `https:host`, `https:\\host` and URLs with tabs in them as well; nobody means well with them.
 */
export function parseTarget(url: string): URL | null {
  // Whatever a browser would drop, decode or turn around before it follows the URL.
  if (url.length > LONGEST_URL || /[\s\p{C}\\]/u.test(url)) return null;
  const [, authority] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  if (authority === undefined || /[@%]/.test(authority) || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  return isAsSpelled(authority, parsed) && !DANGEROUS.has(parsed.protocol) ? parsed : null;
}

/** Whether the host is what it looks like: full-width letters, other dots and odd numbers are read as another host. */
function isAsSpelled(authority: string, { host, hostname }: URL): boolean {
  const spelled = authority.replace(/:\d+$/, '').toLowerCase();
  return authority === host || spelled === hostname || spelled === domainToUnicode(hostname);
}

/** `app.example.com:8443` → `example.com:8443` */
function withoutFirstLabel(host: string): string {
  return /^[a-z\d_-]+\.(.+)$/i.exec(host)?.[1] ?? '';
}
