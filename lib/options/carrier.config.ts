import { serialize } from 'cookie';
import { PROTOCOL_HEADER_NAMES, type HeaderNames } from '../header-names.js';
import type { CookieAttributes, SocketEndReason } from './carrier.options.js';
import type { OptionsCheck } from './options-check.js';

/** The cookie of cookie mode, with its name. */
export interface CookieConfig extends Required<Omit<CookieAttributes, 'domain'>> {
  readonly name: string;
  readonly domain: string | undefined;
}

/** How credentials travel. */
export interface CarrierConfig {
  readonly headersNames: Readonly<HeaderNames>;
  readonly cookie: CookieConfig | null;
  readonly queryEnabled: boolean;
  /** As browsers write them into `Origin`. */
  readonly trustedOrigins: readonly string[];
  /** Null: closes it. */
  readonly endSocket: ((socket: object, reason: SocketEndReason) => unknown) | null;
}

/** The characters of a token of RFC 9110: what names of headers and cookies are made of. */
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

export function carrierConfig(check: OptionsCheck): CarrierConfig {
  return {
    headersNames: headersNames(check),
    cookie: check.flag('cookieEnabled', false) ? cookie(check) : null,
    queryEnabled: check.flag('queryEnabled', false),
    trustedOrigins: trustedOrigins(check),
    endSocket: check.function('endSocket', 'a function of a socket and a reason'),
  };
}

function headersNames(check: OptionsCheck): Readonly<HeaderNames> {
  const names: Record<string, unknown> = { ...PROTOCOL_HEADER_NAMES };
  for (const [key, name] of Object.entries(check.options.headersNames ?? {})) {
    if (!(key in PROTOCOL_HEADER_NAMES)) check.fault('headersNames', `knows no header '${key}'`);
    else if (typeof name !== 'string' || !NAME.test(name)) {
      check.fault('headersNames', `gives '${key}' a name that no header can have`);
    } else names[key] = name;
  }
  const used = Object.values(names).map((name) => String(name).toLowerCase());
  if (new Set(used).size < used.length) check.fault('headersNames', 'gives two headers the same name');
  return Object.freeze(names) as unknown as Readonly<HeaderNames>;
}

function cookie(check: OptionsCheck): CookieConfig {
  const { cookieAttributes = {}, cookieName } = check.options;
  const { domain, path = '/', secure = true, httpOnly = true, sameSite = 'lax', ...unknown } = cookieAttributes;
  for (const key of Object.keys(unknown)) check.fault('cookieAttributes', `knows no attribute '${key}'`);
  const hostOnly = domain === undefined && path === '/' && secure;
  const name: unknown = cookieName ?? (hostOnly ? '__Host-auth_cookie' : 'auth_cookie');
  if (typeof name !== 'string' || !NAME.test(name)) {
    check.fault('cookieName', 'must be a name that a cookie can have');
  } else if (name.startsWith('__Host-') && !hostOnly) {
    check.fault('cookieName', "starts with '__Host-', which needs secure, path '/' and no domain");
  }
  for (const [key, value] of Object.entries({ secure, httpOnly })) {
    if (typeof value !== 'boolean') check.fault('cookieAttributes', `must say true or false for '${key}'`);
  }
  try {
    serialize('name', '', { path, sameSite, ...(domain === undefined ? {} : { domain }) });
  } catch (error) {
    check.fault('cookieAttributes', `cannot be sent: ${(error as Error).message}`);
  }
  if (sameSite === 'none' && !secure) check.fault('cookieAttributes', "with sameSite 'none' must be secure");
  return Object.freeze({ name: name as string, domain, path, secure, httpOnly, sameSite });
}

function trustedOrigins(check: OptionsCheck): readonly string[] {
  const origins = check.texts('trustedOrigins');
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      check.fault('trustedOrigins', `must name origins such as 'https://app.example.com', not '${origin}'`);
    }
  }
  return Object.freeze([...origins]);
}
