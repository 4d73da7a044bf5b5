import { createHash } from 'node:crypto';

/** What an identity is known by. */
export interface IdentityKey {
  /** The name of a provider, which holds no NUL. */
  readonly provider: string;
  readonly subject: string;
}

/**
 * The digest by which an identity is found: of different subjects that a collation takes for the same it makes
 * different ones.
 */
export function identityHash({ provider, subject }: IdentityKey): string {
  return createHash('sha256').update(`${provider}\0${subject}`).digest('hex');
}
