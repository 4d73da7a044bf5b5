/** Schemes that run or show something instead of leading anywhere. */
const DANGEROUS = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'view-source:']);

/** Where redirects may lead: nowhere unless it is listed. */
export class RedirectAllowlist {
  private readonly patterns: readonly RedirectPattern[];

  /**
   * @param patterns - what the application allows.
   * @param own - URLs that the application leads to by itself, allowed as they are.
   * @throws TypeError naming a pattern that cannot be used.
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

/** Scheme, host and port as they are; the host may begin with one wildcard label; a path stands for all below it. */
class RedirectPattern {
  private readonly url: URL;
  private readonly isWildcard: boolean;

  constructor(pattern: string) {
    const [, scheme = '', wildcard, rest = ''] =
      /^([a-z][a-z\d+.-]*:\/\/)(\*\.)?([^*]*?)(?:\/\*)?$/i.exec(pattern) ?? [];
    const url = parseTarget(scheme + rest);
    if (url === null || url.search !== '' || url.hash !== '' || (wildcard !== undefined && !url.host.includes('.'))) {
      throw new TypeError(`'${pattern}' is not a URL such as 'https://app.example.com' or 'https://*.example.com'`);
    }
    this.url = url;
    this.isWildcard = wildcard !== undefined;
  }

  matches(target: URL): boolean {
    const { protocol, host, pathname } = this.url;
    const isHost = this.isWildcard ? withoutFirstLabel(target.host) === host : target.host === host;
    const base = pathname.replace(/\/$/, '');
    const isPath = target.pathname === base || target.pathname.startsWith(`${base}/`) || base === '';
    return target.protocol === protocol && isHost && isPath;
  }
}

/**
 * A URL that may be followed: absolute, spelled as browsers spell it up to its host, without user info. Browsers read
 * `https:host`, `https:\\host` and URLs with tabs in them as well; nobody means well with them.
 */
export function parseTarget(url: string): URL | null {
  const [, authority] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  // Whatever a browser would drop, decode or turn around before it follows the URL.
  if (authority === undefined || /[\s\p{C}\\]/u.test(url) || /[@%]/.test(authority)) return null;
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url);
  const isHttp = parsed.protocol === 'http:' || parsed.protocol === 'https:';
  if (DANGEROUS.has(parsed.protocol) || (isHttp && authority === '')) return null;
  return parsed;
}

/** `app.example.com:8443` → `example.com:8443` */
function withoutFirstLabel(host: string): string {
  return /^[^.]+\.(.+)$/.exec(host)?.[1] ?? '';
}
