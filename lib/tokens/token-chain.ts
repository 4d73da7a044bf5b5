import type { AuthToken } from './auth-token.entity.js';
import type { TokenStanding } from './rotation.js';
import { digestOf, isAuthentic, NonceStock, parseToken, sameDigest, successorOf } from './token-secret.js';

type Secrets = Pick<AuthToken, 'id' | 'tagKey' | 'generation' | 'nonce' | 'tokenHash' | 'replacedHash'>;

/** What a presented token is to a row, and the stored digest that it matched. */
export interface Classified {
  readonly presented: TokenStanding;
  readonly hash: string;
}

/** A new token with what has to be stored so that it can be derived again. */
export interface NextToken {
  readonly token: string;
  readonly tokenHash: string;
  readonly generation: number;
  readonly nonce: string;
}

/** How the tokens of a client follow from each other, under the peppers of the application. */
export class TokenChain {
  private readonly nonces = new NonceStock();

  constructor(private readonly peppers: readonly [string, ...string[]]) {}

  /** The digest to store of a token. */
  digest(token: string): string {
    return digestOf(token, this.peppers[0]);
  }

  /** Tells what a token is to a row. Without a row the same work is done, so that its absence costs the same. */
  classify(token: string, row: Secrets | null): Classified {
    const digests = this.peppers.map((pepper) => digestOf(token, pepper));
    const known = row ?? NO_ROW;
    const current = digests.find((digest) => sameDigest(digest, known.tokenHash));
    const replaced = digests.find((digest) => sameDigest(digest, known.replacedHash));
    // Only who shows a token of this very client gets to know how long this takes.
    if (row !== null && current !== undefined) return { presented: 'current', hash: current };
    if (row !== null && replaced !== undefined) return { presented: 'replaced', hash: replaced };
    const parsed = parseToken(token);
    const authentic = parsed !== null && isAuthentic(parsed, known);
    if (row === null) return { presented: 'foreign', hash: '' };
    // A later generation than the row's can only come from a database that has been set back: noise, not theft.
    return { presented: authentic && parsed.generation < row.generation ? 'outdated' : 'foreign', hash: '' };
  }

  /** A successor of the current token. */
  next(token: string, row: Secrets): NextToken {
    const generation = row.generation + 1;
    const nonce = this.nonces.next();
    const successor = successorOf(token, { id: row.id, tagKey: row.tagKey, generation, nonce }, this.peppers[0]);
    return { token: successor, tokenHash: this.digest(successor), generation, nonce };
  }

  /** The current token of a row, derived from the one it replaced; null when this is not possible (a retired pepper). */
  current(replaced: string, row: Secrets): string | null {
    for (const pepper of this.peppers) {
      const token = successorOf(replaced, row, pepper);
      if (this.classify(token, row).presented === 'current') return token;
    }
    return null;
  }
}

const NO_ROW: Secrets = Object.freeze({
  id: '',
  tagKey: '00'.repeat(32),
  generation: 0,
  nonce: null,
  tokenHash: '0'.repeat(64),
  replacedHash: '0'.repeat(64),
});
