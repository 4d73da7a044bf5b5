import { normalizeEmail } from '../users/email.js';

/** Whether a claim, or an option, is a text that says something. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** An address that a provider told, as it is stored; null for anything else. */
export function emailOf(value: unknown): string | null {
  return isText(value) ? normalizeEmail(value) : null;
}
