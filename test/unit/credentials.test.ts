import { describe, expect, it } from 'vitest';
import { headerSafe, spellingsOf } from '../../lib/tokens/credentials.js';

describe('spellingsOf', () => {
  it.each<[string, string[]]>([
    ['ada@example.com', []],
    ['ada+tag@example.com', []],
    ['ada%40example.com', ['ada@example.com']],
    ['%E6%BC%A2@example.com', ['\u6f22@example.com']],
    ['%e6%bc%a2@example.com', ['\u6f22@example.com']],
    ['jos\u00c3\u00a9@example.com', ['jos\u00e9@example.com']],
    ['100%', []],
    ['%zz', []],
    ['%E6%BC', []],
    ['', []],
  ])('%j, and %j', (uid, others) => {
    const [first, ...more] = new Set(spellingsOf(uid));
    expect([first, more]).toEqual([uid, others]);
  });
});

describe('headerSafe', () => {
  it.each<[string, string]>([
    ['ada@example.com', 'ada@example.com'],
    ['jos\u00e9@example.com', 'jos\u00e9@example.com'],
    ['100%41', '100%41'],
    ['a b', 'a b'],
    ['\u6f22@example.com', '%E6%BC%A2%40example.com'],
    ['\u{1f600}', '%F0%9F%98%80'],
    ['a\r\nset-cookie: x', 'a%0D%0Aset-cookie%3A%20x'],
    ['a\0b', 'a%00b'],
    ['a\u007fb', 'a%7Fb'],
    ['a\u0085b', 'a%C2%85b'],
  ])('%j is sent as %j', (uid, sent) => {
    expect(headerSafe(uid)).toBe(sent);
    expect(() => new Headers({ uid: sent })).not.toThrow();
  });

  it.each(['ada@example.com', 'jos\u00e9', '\u6f22', '100%41', '\u6f22%41', '%E6%BC%A2', 'a\r\nb'])(
    '%j is found again among the spellings of what was sent',
    (uid) => {
      expect(spellingsOf(headerSafe(uid))).toContain(uid);
    },
  );
});
