import { describe, expect, it } from 'vitest';
import { instantOf } from '../../lib/rails/instant.js';
import { sessionsOf } from '../../lib/rails/rails-sessions.js';

const DIGEST = `$2a$10$${'a'.repeat(53)}`;
const OLDER = `$2b$11$${'b'.repeat(53)}`;
const NOW = 1_000_000;
const live = { token: DIGEST, expiry: 1001 };
const found = { client: 'c', digests: [DIGEST], expiry: 1001 };

describe('a tokens column', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['no column', undefined],
    ['an empty text', ' '],
    ['null as JSON', 'null'],
    ['no sessions', '{}'],
    ['no sessions, decoded', {}],
  ])('holds no sessions: %s', (_, tokens) => {
    expect(sessionsOf(tokens, NOW)).toEqual({ live: [], expired: 0, unusable: 0 });
  });

  it.each<[string, unknown]>([
    ['decoded', { c: live }],
    ['as text', JSON.stringify({ c: live })],
    ['as text in JSON', JSON.stringify(JSON.stringify({ c: live }))],
    ['with an expiry in text', { c: { ...live, expiry: '1001' } }],
    ['with a last token', { c: { ...live, last_token: OLDER } }],
    ['with a previous token that is no digest', { c: { ...live, previous_token: 'x' } }],
  ])('holds a session: %s', (_, tokens) => {
    expect(sessionsOf(tokens, NOW)).toEqual({ live: [found], expired: 0, unusable: 0 });
  });

  it('holds digests newest first', () => {
    const tokens = { c: { ...live, previous_token: OLDER } };
    expect(sessionsOf(tokens, NOW)?.live).toEqual([{ ...found, digests: [DIGEST, OLDER] }]);
  });

  it('holds sessions to the second of their end', () => {
    const at = (expiry: number) => sessionsOf({ c: { ...live, expiry } }, NOW);
    expect([at(1000)?.expired, at(1001)?.expired]).toEqual([1, 0]);
  });

  it.each<[string, object]>([
    ['no record', { c: 1 }],
    ['null', { c: null }],
    ['no token', { c: { expiry: 1001 } }],
    ['a token in the clear', { c: { ...live, token: 'OJQ68OfDQaI26SgGC6gH6g' } }],
    ['a digest that takes hours', { c: { ...live, token: DIGEST.replace('$10$', '$31$') } }],
    ['no expiry', { c: { token: DIGEST } }],
    ['an endless expiry', { c: { ...live, expiry: 'Infinity' } }],
    ['a name that fits no column', { ['c'.repeat(65)]: live }],
    ['a name that fits no header', { 'é c': live }],
  ])('may hold what is no session: %s', (_, tokens) => {
    expect(sessionsOf(tokens, NOW)).toEqual({ live: [], expired: 0, unusable: 1 });
  });

  it.each<[string, unknown]>([
    ['broken', '{"c": '],
    ['YAML', '---\nc: 1\n'],
    ['a list', []],
    ['a number', 7],
    ['text in text in text in text', JSON.stringify(JSON.stringify(JSON.stringify(JSON.stringify({}))))],
  ])('may be no JSON of sessions: %s', (_, tokens) => {
    expect(sessionsOf(tokens, NOW)).toBeNull();
  });
});

describe('a time of Rails', () => {
  it.each<[unknown, string | null]>([
    ['2025-01-02 03:04:05', '2025-01-02T03:04:05.000Z'],
    ['2025-01-02 03:04:05.6', '2025-01-02T03:04:05.600Z'],
    ['2025-01-02 03:04:05.678901', '2025-01-02T03:04:05.678Z'],
    ['2025-01-02T03:04:05Z', '2025-01-02T03:04:05.000Z'],
    ['2025-01-02 03:04:05 UTC', '2025-01-02T03:04:05.000Z'],
    ['2025-01-02 03:04:05.5+00', '2025-01-02T03:04:05.500Z'],
    ['2025-01-02 03:04:05-05', '2025-01-02T08:04:05.000Z'],
    ['2025-01-02T03:04:05+05:30', '2025-01-01T21:34:05.000Z'],
    ['2025-01-02T03:04:05+0530', '2025-01-01T21:34:05.000Z'],
    [new Date(5), '1970-01-01T00:00:00.005Z'],
    [new Date(Number.NaN), null],
    ['2025-13-02 03:04:05', null],
    ['yesterday', null],
    [null, null],
    [7, null],
  ])('%s', (value, expected) => {
    expect(instantOf(value)?.toISOString() ?? null).toBe(expected);
  });
});
