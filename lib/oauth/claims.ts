import { normalizeEmail } from '../users/email.js';

/** Whether a claim, or an option, is a text that says something. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Kelvin, the one sign whose lower case is an ASCII letter: the address with a `k` is somebody else's. */
const KELVIN = '\u212a';

/** An address that a provider told, as it is stored; null for anything else. */
export function emailOf(value: unknown): string | null {
  return isText(value) && !value.includes(KELVIN) ? normalizeEmail(value) : null;
}
