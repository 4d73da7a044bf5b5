import { describe, expect, it } from 'vitest';
import type { AuthToken } from '../../lib/tokens/auth-token.entity.js';
import { TokenChain } from '../../lib/tokens/token-chain.js';
import { digestOf, firstToken, randomKey } from '../../lib/tokens/token-secret.js';

type Row = Pick<AuthToken, 'id' | 'tagKey' | 'generation' | 'nonce' | 'tokenHash' | 'replacedHash'>;

const OLD = 'the old pepper, 32 characters long';
const NEW = 'the new pepper, 32 characters long';

/** A client that has just signed in. */
function signedIn(chain: TokenChain, id = 'one'): { row: Row; token: string } {
  const binding = { id, tagKey: randomKey() };
  const token = firstToken(binding);
  return { token, row: { ...binding, generation: 0, nonce: null, tokenHash: chain.digest(token), replacedHash: null } };
}

/** The client after one rotation. */
function rotated(chain: TokenChain, { row, token }: { row: Row; token: string }): { row: Row; token: string } {
  const next = chain.next(token, row);
  const { hash } = chain.classify(token, row);
  const { tokenHash, generation, nonce } = next;
  return { token: next.token, row: { ...row, tokenHash, replacedHash: hash, generation, nonce } };
}

const chain = new TokenChain(['']);

describe('classify', () => {
  const start = signedIn(chain);
  const second = rotated(chain, start);
  const third = rotated(chain, second);
  const last = rotated(chain, third);

  it('tells the current, the replaced and every older token', () => {
    const { row } = last;
    expect(chain.classify(last.token, row)).toEqual({ presented: 'current', hash: row.tokenHash });
    expect(chain.classify(third.token, row)).toEqual({ presented: 'replaced', hash: row.replacedHash });
    expect(chain.classify(second.token, row)).toEqual({ presented: 'outdated', hash: '' });
    expect(chain.classify(start.token, row)).toEqual({ presented: 'outdated', hash: '' });
  });

  it('tells the only token of a client that never rotated', () => {
    expect(chain.classify(start.token, start.row)).toEqual({ presented: 'current', hash: start.row.tokenHash });
  });

  it('takes a token of a later generation for noise: the database has been set back', () => {
    expect(chain.classify(last.token, second.row).presented).toBe('foreign');
    expect(chain.classify(third.token, second.row).presented).toBe('foreign');
  });

  it('takes another branch of the same generation for noise', () => {
    const branch = rotated(chain, third);
    expect(chain.classify(branch.token, last.row).presented).toBe('foreign');
  });

  const other = signedIn(chain, 'two');
  it.each<[string, string]>([
    ['a token of another client', other.token],
    ['a random token', firstToken({ id: 'one', tagKey: randomKey() })],
    ['a digest of the row', last.row.tokenHash],
    ['the current token in another spelling', `${last.token}=`],
    ['nothing', ''],
    ['a short text', 'x'],
    ['a long text', 'x'.repeat(10_000)],
  ])('takes %s for noise', (_, token) => {
    expect(chain.classify(token, last.row)).toEqual({ presented: 'foreign', hash: '' });
  });

  it('takes every token for noise where there is no row', () => {
    expect(chain.classify(last.token, null)).toEqual({ presented: 'foreign', hash: '' });
    const binding = { id: '', tagKey: '00'.repeat(32) };
    expect(chain.classify(firstToken(binding), null)).toEqual({ presented: 'foreign', hash: '' });
  });
});

describe('next', () => {
  it('makes one generation more, with a nonce of its own, and another token each time', () => {
    const start = signedIn(chain);
    const [a, b] = [chain.next(start.token, start.row), chain.next(start.token, start.row)];
    expect([a.generation, b.generation]).toEqual([1, 1]);
    expect(a.nonce).not.toBe(b.nonce);
    expect(a.token).not.toBe(b.token);
    expect(a.tokenHash).toBe(chain.digest(a.token));
  });
});

describe('current', () => {
  it.each<[string, [string, ...string[]]]>([
    ['without a pepper', ['']],
    ['with a pepper', [NEW]],
    ['with several', [NEW, OLD, '']],
  ])('derives the successor from the replaced token %s', (_, peppers) => {
    const peppered = new TokenChain(peppers);
    const start = signedIn(peppered);
    const next = rotated(peppered, start);
    expect(peppered.current(start.token, next.row)).toBe(next.token);
    const later = rotated(peppered, next);
    expect(peppered.current(next.token, later.row)).toBe(later.token);
  });

  it('is null for any token but the replaced one', () => {
    const start = signedIn(chain);
    const next = rotated(chain, start);
    const later = rotated(chain, next);
    expect(chain.current(start.token, later.row)).toBeNull();
    expect(chain.current(later.token, later.row)).toBeNull();
    expect(chain.current('noise', later.row)).toBeNull();
    expect(chain.current(start.token, start.row)).toBeNull();
  });

  it('is null when the pepper of the rotation has been retired', () => {
    const old = new TokenChain([OLD]);
    const start = signedIn(old);
    const next = rotated(old, start);
    expect(new TokenChain([NEW]).current(start.token, next.row)).toBeNull();
    expect(new TokenChain([NEW, OLD]).current(start.token, next.row)).toBe(next.token);
  });
});

describe('several peppers', () => {
  it.each<[string, string]>([
    ['another pepper', OLD],
    ['none', ''],
  ])('verifies digests made with %s before, and makes new ones with the first', (_, before) => {
    const old = new TokenChain([before]);
    const start = signedIn(old);
    const replaced = rotated(old, start);

    const both = new TokenChain([NEW, before]);
    expect(both.classify(replaced.token, replaced.row).presented).toBe('current');
    expect(both.classify(start.token, replaced.row).presented).toBe('replaced');
    // The digest as it is stored, by which the row is found again.
    expect(both.classify(replaced.token, replaced.row).hash).toBe(replaced.row.tokenHash);

    const next = rotated(both, replaced);
    expect(next.row.tokenHash).toBe(digestOf(next.token, NEW));
    expect(next.row.replacedHash).toBe(digestOf(replaced.token, before));
    expect(both.classify(replaced.token, next.row).presented).toBe('replaced');

    const alone = new TokenChain([NEW]);
    expect(alone.classify(next.token, next.row).presented).toBe('current');
    expect(alone.classify(replaced.token, next.row).presented).toBe('outdated');
  });

  it('takes a token under a retired pepper for noise', () => {
    const start = signedIn(new TokenChain([OLD]));
    expect(new TokenChain([NEW]).classify(start.token, start.row).presented).toBe('foreign');
    expect(new TokenChain([NEW, '']).classify(start.token, start.row).presented).toBe('foreign');
  });
});
