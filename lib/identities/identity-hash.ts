import { createHash } from 'node:crypto';

/** The digest by which an identity is found: of different subjects that a collation takes for the same it makes different ones. */
export function identityHash(provider: string, subject: string): string {
  return createHash('sha256').update(`${provider}\0${subject}`).digest('hex');
}
