import { parse as parseCookies } from 'cookie';
import type { HeaderNames } from '../header-names.js';
import type { IncomingRequest } from '../incoming-request.js';
import type { TokenAuthConfig } from '../token-auth.config.js';
import type { Credentials } from '../tokens/credentials.js';

/** Where credentials were found. */
export type Carrier = 'headers' | 'bearer' | 'cookie' | 'query';

/** Credentials as they were sent. A carrier that names no token does not count. */
export interface PresentedCredentials {
  readonly carrier: Carrier;
  readonly credentials: Credentials;
}

/** The longest encoded carrier that is looked at, in characters: a cookie cannot be longer either (RFC 6265). */
const LONGEST_ENCODED = 4096;

/**
 * Reads the credentials of a request: the headers, else `Authorization: Bearer`, else the cookie, else the query. The
 * first carrier with a token counts, and all three values come from it. What is missing is an empty text.
 */
export function readCredentials(request: IncomingRequest, config: TokenAuthConfig): PresentedCredentials | null {
  const { headers } = request;
  const { headersNames: names, cookie, queryEnabled } = config;
  return (
    credentialsOf('headers', headers, names, inLowerCase) ??
    credentialsOf('bearer', bearer(headers[inLowerCase(names.authorization)]), names) ??
    (cookie === null ? null : credentialsOf('cookie', cookieValues(headers['cookie'], cookie.name), names)) ??
    (queryEnabled ? credentialsOf('query', request.query, names) : null)
  );
}

function credentialsOf(
  carrier: Carrier,
  values: unknown,
  names: Readonly<HeaderNames>,
  spelled: (name: string) => string = asItIs,
): PresentedCredentials | null {
  const accessToken = textOf(values, spelled(names['access-token']));
  if (accessToken === '') return null;
  const client = textOf(values, spelled(names.client));
  return { carrier, credentials: { accessToken, client, uid: textOf(values, spelled(names.uid)) } };
}

function asItIs(name: string): string {
  return name;
}

/** As Node gives the names of headers, whatever the client or the configuration wrote. */
function inLowerCase(name: string): string {
  return name.toLowerCase();
}

/** Clients that lost their credentials send these words. */
const EMPTY = new Set(['', 'undefined', 'null']);

function textOf(values: unknown, name: string): string {
  if (typeof values !== 'object' || values === null || !Object.hasOwn(values, name)) return '';
  const value: unknown = (values as Record<string, unknown>)[name];
  return typeof value === 'string' && !EMPTY.has(value) ? value : '';
}

/** The protocol's bearer value: base64 of a JSON object with the names of the headers. Anything else is ignored. */
function bearer(header: unknown): unknown {
  if (typeof header !== 'string' || header.length > LONGEST_ENCODED) return null;
  const encoded = /^Bearer +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  return encoded === undefined ? null : parseObject(Buffer.from(encoded, 'base64').toString('utf8'));
}

function cookieValues(header: unknown, name: string): unknown {
  if (typeof header !== 'string' || !header.includes(name)) return null;
  const value = parseCookies(header)[name];
  return value === undefined || value.length > LONGEST_ENCODED ? null : parseObject(value);
}

function parseObject(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
