/** The three values that sign a request. */
export interface Triple {
  readonly uid?: unknown;
  readonly client?: unknown;
  readonly 'access-token'?: unknown;
}

/** The value of the protocol's Bearer: base64 of JSON. */
export function bearer(values: unknown): Record<string, string> {
  return bearerText(JSON.stringify(values));
}

/** A Bearer of any text. */
export function bearerText(text: string): Record<string, string> {
  return { authorization: `Bearer ${Buffer.from(text).toString('base64')}` };
}

/** The cookie of cookie mode: JSON, percent-encoded. */
export function cookie(values: unknown, name = '__Host-auth_cookie'): Record<string, string> {
  return { cookie: `${name}=${encodeURIComponent(JSON.stringify(values))}` };
}

/** The values as a query string. */
export function query(values: Record<string, string>): string {
  return `?${new URLSearchParams(values).toString()}`;
}
