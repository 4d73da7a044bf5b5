import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  digestOf,
  firstToken,
  isAuthentic,
  parseToken,
  randomClientName,
  randomKey,
  sameDigest,
  successorOf,
  type ParsedToken,
  type Succession,
} from '../../lib/tokens/token-secret.js';

const PEPPER = 'a pepper of at least 32 characters';
const binding = { id: '7d2c9a52-9c1a-4b8e-9a77-0d5f3b2f9f11', tagKey: randomKey() };
const succession: Succession = { ...binding, generation: 8, nonce: randomKey() };
const first = firstToken(binding);

function parsed(token: string): ParsedToken {
  const parts = parseToken(token);
  if (parts === null) throw new Error('This should be a token.');
  return parts;
}

/** The token with some of its bytes changed. */
function tampered(token: string, change: (bytes: Buffer) => void): string {
  const bytes = Buffer.from(token, 'base64url');
  change(bytes);
  return bytes.toString('base64url');
}

describe('the shape of a token', () => {
  it('is 70 characters of base64url: generation, secret, tag', () => {
    for (const token of [first, successorOf(first, succession, ''), successorOf(first, succession, PEPPER)]) {
      expect(token).toMatch(/^[A-Za-z0-9_-]{70}$/);
      expect(parsed(token).secret).toHaveLength(32);
      expect(parsed(token).tag).toHaveLength(16);
    }
    expect(parsed(first).generation).toBe(0);
    expect(parsed(successorOf(first, succession, '')).generation).toBe(8);
    expect(parsed(successorOf(first, { ...succession, generation: 2 ** 31 }, '')).generation).toBe(2 ** 31);
  });

  it('has 256 random bits at first', () => {
    const secrets = Array.from({ length: 100 }, () => parsed(firstToken(binding)).secret.toString('hex'));
    expect(new Set(secrets).size).toBe(100);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['one character less', first.slice(1)],
    ['one character more', `${first}A`],
    ['another alphabet', `+${first.slice(1)}`],
    ['padding', `${first.slice(0, 68)}==`],
    ['a line break at its end', `${first}\n`],
    ['a space at its start', ` ${first.slice(1)}`],
    ['a letter beyond ASCII', `é${first.slice(1)}`],
    ['a token of the Ruby gem', 'l2qVlVvJz9yRr3uJcN0XWg'],
  ])('takes no other spelling: %s', (_, value) => {
    expect(parseToken(value)).toBeNull();
  });

  it('has one spelling: the unused bits of the last character are zero', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const spellings = Array.from(alphabet, (last) => first.slice(0, 69) + last);
    const sameBytes = spellings.filter((spelling) =>
      Buffer.from(spelling, 'base64url').equals(Buffer.from(first, 'base64url')),
    );
    expect(sameBytes).toHaveLength(16);
    expect(sameBytes.filter((spelling) => parseToken(spelling) !== null)).toEqual([first]);
  });
});

describe('isAuthentic', () => {
  it('knows the tokens of its client, however old', () => {
    expect(isAuthentic(parsed(first), binding)).toBe(true);
    expect(isAuthentic(parsed(successorOf(first, succession, '')), binding)).toBe(true);
    expect(isAuthentic(parsed(successorOf(first, succession, PEPPER)), binding)).toBe(true);
  });

  it.each<[string, (bytes: Buffer) => void]>([
    ['generation', (bytes) => (bytes[3] = (bytes[3] ?? 0) ^ 1)],
    ['first bit of the secret', (bytes) => (bytes[4] = (bytes[4] ?? 0) ^ 128)],
    ['last bit of the secret', (bytes) => (bytes[35] = (bytes[35] ?? 0) ^ 1)],
    ['first bit of the tag', (bytes) => (bytes[36] = (bytes[36] ?? 0) ^ 128)],
    ['last bit of the tag', (bytes) => (bytes[51] = (bytes[51] ?? 0) ^ 1)],
  ])('takes a token for noise when it is changed in its %s', (_, change) => {
    expect(isAuthentic(parsed(tampered(first, change)), binding)).toBe(false);
  });

  it("takes another client's token for noise", () => {
    expect(isAuthentic(parsed(first), { ...binding, id: 'another' })).toBe(false);
    expect(isAuthentic(parsed(first), { ...binding, tagKey: randomKey() })).toBe(false);
  });
});

describe('successorOf', () => {
  it('gives the same successor for the same token and nonce', () => {
    for (const pepper of ['', PEPPER]) {
      expect(successorOf(first, { ...succession }, pepper)).toBe(successorOf(first, succession, pepper));
    }
  });

  it.each<[string, string]>([
    ['token', successorOf(firstToken(binding), succession, '')],
    ['nonce', successorOf(first, { ...succession, nonce: randomKey() }, '')],
    ['missing nonce', successorOf(first, { ...succession, nonce: null }, '')],
    ['id', successorOf(first, { ...succession, id: 'another' }, '')],
    ['generation', successorOf(first, { ...succession, generation: 9 }, '')],
    ['pepper', successorOf(first, succession, PEPPER)],
  ])('gives another secret for another %s', (_, other) => {
    expect(parsed(other).secret).not.toEqual(parsed(successorOf(first, succession, '')).secret);
  });

  it('cannot be worked out from the database alone', () => {
    const message = `successor\0${succession.id}\0${succession.generation}\0${succession.nonce}`;
    for (const pepper of ['', PEPPER]) {
      const { secret } = parsed(successorOf(first, succession, pepper));
      const stored = [digestOf(first, pepper), succession.tagKey, succession.nonce ?? '', succession.id];
      for (const key of stored.flatMap((text) => [text, Buffer.from(text, 'hex')])) {
        expect(createHmac('sha256', key).update(message).digest()).not.toEqual(secret);
      }
    }
  });
});

describe('digestOf', () => {
  it('is SHA-256 in lower-case hex', () => {
    expect(digestOf(first, '')).toBe(createHash('sha256').update(first).digest('hex'));
    expect(digestOf(first, '')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is keyed by the pepper', () => {
    const peppered = digestOf(first, PEPPER);
    expect(peppered).toMatch(/^[0-9a-f]{64}$/);
    expect(peppered).not.toBe(digestOf(first, ''));
    expect(peppered).not.toBe(digestOf(first, `${PEPPER}.`));
  });
});

describe('sameDigest', () => {
  const digest = digestOf(first, '');
  it.each<[string, string | null, boolean]>([
    ['the same', digest, true],
    ['a different first character', `${digest.startsWith('0') ? '1' : '0'}${digest.slice(1)}`, false],
    ['a different last character', `${digest.slice(0, -1)}${digest.endsWith('0') ? '1' : '0'}`, false],
    ['upper case', digest.toUpperCase(), false],
    ['shorter', digest.slice(1), false],
    ['empty', '', false],
    ['null', null, false],
  ])('%s', (_, other, same) => {
    expect(sameDigest(digest, other)).toBe(same);
  });
});

describe('random values', () => {
  it('are lower-case hex and do not repeat', () => {
    expect(randomKey()).toMatch(/^[0-9a-f]{64}$/);
    expect(randomClientName()).toMatch(/^[0-9a-f]{32}$/);
    expect(randomKey()).not.toBe(randomKey());
    expect(randomClientName()).not.toBe(randomClientName());
  });
});
