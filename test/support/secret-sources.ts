import type { OAuthProvider, TokenAuthModuleOptions } from 'nestjs-token-auth';
import { watch, type SecretKind } from './secret-watch.js';

/** What the fields of bodies and cookies are, by their names. */
const FIELDS: Readonly<Record<string, SecretKind>> = {
  'access-token': 'access token',
  auth_token: 'access token',
  token: 'one-time token',
  reset_password_token: 'one-time token',
  confirmation_token: 'one-time token',
  unlock_token: 'one-time token',
  access_token: 'OAuth value',
  refresh_token: 'OAuth value',
  id_token: 'OAuth value',
};
const FIELD = new RegExp(`"(${Object.keys(FIELDS).join('|')})":"([^"\\\\]+)"`, 'g');

/** The same for the parameters of URLs. In bodies a `code` is that of a refusal. */
const PARAMETERS: typeof FIELDS = { ...FIELDS, code: 'OAuth value', state: 'OAuth value', nonce: 'OAuth value' };

/** The secrets that a response hands out, and what it says in a refusal. */
export function watchResponse({ status, headers }: Response, text: string): void {
  watch.keep('access token', headers.get('access-token'));
  watch.keep('access token', headers.get('authorization')?.replace(/^Bearer /, ''));
  for (const line of headers.getSetCookie()) watchCookie(line);
  const location = headers.get('location');
  if (location !== null) watchUrl(location);
  if (status >= 400) watch.see('error body', text);
  watchText(text);
}

/** The passwords that a request carries. */
export function watchRequest(body: unknown): void {
  if (body instanceof URLSearchParams) for (const [name, value] of body) watchField(name, value);
  if (typeof body !== 'string' || !/password/i.test(body)) return;
  try {
    JSON.parse(body, watchField);
  } catch {
    // Some tests send no JSON.
  }
}

/** The parameters of a link, before and after its `#`. */
export function watchUrl(url: string): void {
  for (const [, name = '', value = ''] of url.matchAll(/[?&#]([\w-]+)=([^&#\s]*)/g)) {
    const kind = PARAMETERS[name];
    if (kind !== undefined) watch.keep(kind, unescaped(value));
  }
}

/** Headers that are to be sent. */
export function watchHeaders(headers: Readonly<Record<string, string>>): void {
  watch.keep('access token', headers['access-token']);
  if (headers['cookie'] !== undefined) watchCookie(headers['cookie']);
}

/** What the application was given to keep. */
export function watchOptions(options: Partial<TokenAuthModuleOptions<any>>): void {
  for (const pepper of [options.tokenPepper, options.passwordPepper].flat()) watch.keep('pepper', pepper);
  for (const provider of Object.values<OAuthProvider>(options.oauth ?? {})) {
    watch.keep('provider secret', provider.clientSecret?.());
  }
}

/** Fields of JSON, wherever they are in a text: tokens come in pages too. */
export function watchText(text: string): void {
  for (const [, name = '', value] of text.matchAll(FIELD)) watch.keep(FIELDS[name] as SecretKind, value);
}

function watchField(name: string, value: unknown): unknown {
  if (/password(?!_token)/i.test(name)) watch.keep('password', value);
  return value;
}

/** A whole value, and the token in it: a cookie is JSON, percent-encoded. */
function watchCookie(line: string): void {
  const [, value = ''] = /^[^=]+=([^;]*)/.exec(line) ?? [];
  watch.keep('cookie', value);
  watchText(unescaped(value));
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
