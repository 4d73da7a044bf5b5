import { createHash } from 'node:crypto';

/** What an identity is known by. */
export interface IdentityKey {
  readonly provider: string;
  readonly subject: string;
}

/**
 * The digest by which an identity is found: of different subjects that a collation takes for the same it makes different ones.
 * No name of a provider holds a NUL.
 */
export function identityHash({ provider, subject }: IdentityKey): string {
  return createHash('sha256').update(`${provider}\0${subject}`).digest('hex');
}
