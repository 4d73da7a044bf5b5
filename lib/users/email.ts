/** The longest address that fits the column, in characters; the longest that can be sent to has 254 (RFC 5321). */
const LONGEST = 255;

/** An address as it is stored and looked up: trimmed and in lower case. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/**
 * Whether a normalized text has the form of an e-mail address: a local part, and a host of dot-separated labels that ends
 * in two letters or more. Whether it exists only a mail can tell.
 */
export function isEmail(email: string): boolean {
  const [local = '', host = '', ...rest] = email.split('@');
  const isHost = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:\p{L}{2,}|xn--[a-z0-9-]+)$/u.test(host);
  return email.length <= LONGEST && rest.length === 0 && /^[^\s\p{C}"(),:;<>[\\\]]+$/u.test(local) && isHost;
}
