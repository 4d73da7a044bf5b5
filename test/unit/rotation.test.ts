import { describe, expect, it } from 'vitest';
import {
  arrive,
  CLOCK_TOLERANCE,
  departureStep,
  endOf,
  extensionGap,
  extensionOf,
  isBatchOpen,
  isRecentSignIn,
  isTouchDue,
  nextExpiry,
  sameExpiry,
  type Acceptance,
  type Arrival,
  type ClientState,
  type DepartureStep,
  type TokenStanding,
  type RotationRules,
} from '../../lib/tokens/rotation.js';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 0, 1);

const RULES: RotationRules = {
  rotate: true,
  tokenLifespan: 14 * DAY,
  clientLifespan: null,
  buffer: 5000,
  batchLimit: 60_000,
  forgiving: false,
};

/** A client whose last rotation was at NOW. */
const STATE: ClientState = {
  generation: 3,
  batchStartedAt: NOW,
  batchOpenUntil: NOW + 5000,
  createdAt: NOW - DAY,
  lastUsedAt: NOW,
  passwordChangeUntil: null,
  lifespan: null,
  expiry: (NOW + 14 * DAY) / 1000,
};

const rules = (changes: Partial<RotationRules> = {}): RotationRules => ({ ...RULES, ...changes });
const state = (changes: Partial<ClientState> = {}): ClientState => ({ ...STATE, ...changes });

describe('arrive', () => {
  const reused: Arrival = { refused: 'reused' };
  const table: [TokenStanding, 'open' | 'closed', strict: Arrival, forgiving: Arrival][] = [
    ['current', 'open', { accepted: 'batched' }, { accepted: 'batched' }],
    ['current', 'closed', { accepted: 'current' }, { accepted: 'current' }],
    ['replaced', 'open', { accepted: 'follower' }, { accepted: 'follower' }],
    ['replaced', 'closed', reused, { accepted: 'retry' }],
    ['outdated', 'open', reused, reused],
    ['outdated', 'closed', reused, reused],
    ['foreign', 'open', { refused: 'foreign' }, { refused: 'foreign' }],
    ['foreign', 'closed', { refused: 'foreign' }, { refused: 'foreign' }],
  ];

  it.each(table)('%s token, batch %s', (presented, batch, strict, forgiving) => {
    const now = batch === 'open' ? NOW + 4999 : NOW + 5000;
    expect(arrive(STATE, presented, now, RULES)).toEqual(strict);
    expect(arrive(STATE, presented, now, rules({ forgiving: true }))).toEqual(forgiving);
    // Whether tokens rotate says nothing about who may come in.
    expect(arrive(STATE, presented, now, rules({ rotate: false }))).toEqual(strict);
  });

  it.each<TokenStanding>(['current', 'replaced', 'outdated'])(
    'refuses a %s token at the very end of its client',
    (shown) => {
      for (const forgiving of [false, true]) {
        const end = endOf(STATE, RULES);
        expect(arrive(STATE, shown, end, rules({ forgiving }))).toEqual({ refused: 'expired' });
        expect(arrive(STATE, shown, end - 1, rules({ forgiving }))).not.toEqual({ refused: 'expired' });
      }
    },
  );

  it('ends a client inside an open batch too', () => {
    const short = state({ lifespan: 3000 });
    expect(arrive(short, 'current', NOW + 2999, RULES)).toEqual({ accepted: 'batched' });
    expect(arrive(short, 'current', NOW + 3000, RULES)).toEqual({ refused: 'expired' });
    expect(arrive(short, 'replaced', NOW + 3000, rules({ forgiving: true }))).toEqual({ refused: 'expired' });
  });

  it('calls noise noise, also after the end', () => {
    expect(arrive(STATE, 'foreign', NOW + 15 * DAY, RULES)).toEqual({ refused: 'foreign' });
  });
});

describe('departureStep', () => {
  const table: [Acceptance, unbatch: boolean, rotating: DepartureStep, off: DepartureStep][] = [
    ['current', false, 'rotate', 'same'],
    ['current', true, 'rotate', 'same'],
    ['batched', false, 'stay', 'same'],
    ['batched', true, 'rotate', 'same'],
    ['follower', false, 'follow', 'follow'],
    ['follower', true, 'follow', 'follow'],
    ['retry', false, 'resend', 'resend'],
    ['retry', true, 'resend', 'resend'],
  ];

  it.each(table)('accepted as %s, unbatch %s: %s, or %s where tokens do not rotate', (accepted, unbatch, on, off) => {
    expect(departureStep(accepted, unbatch, RULES)).toBe(on);
    expect(departureStep(accepted, unbatch, rules({ rotate: false }))).toBe(off);
  });
});

describe('isBatchOpen', () => {
  it.each([
    ['just rotated', NOW, true],
    ['1 ms before its end', NOW + 4999, true],
    ['at its end', NOW + 5000, false],
    ['after its end', NOW + 5001, false],
  ])('%s', (_, now, open) => {
    expect(isBatchOpen(STATE, now, RULES)).toBe(open);
  });

  it('is never open without a buffer', () => {
    expect(isBatchOpen(state({ batchOpenUntil: NOW }), NOW, rules({ buffer: 0 }))).toBe(false);
  });

  it.each([
    ['as far ahead as a clock may have been set back', CLOCK_TOLERANCE + 5000, true],
    ['1 ms further', CLOCK_TOLERANCE + 5001, false],
    ['two days ahead', 2 * DAY, false],
  ])('takes an end %s for %s', (_, ahead, open) => {
    expect(isBatchOpen(state({ batchOpenUntil: NOW + ahead }), NOW, RULES)).toBe(open);
  });

  it('outlasts a clock that is set back by an hour', () => {
    expect(CLOCK_TOLERANCE).toBe(60 * 60 * 1000);
    const early = rules({ buffer: 0 });
    expect(isBatchOpen(state({ batchOpenUntil: NOW + 1000 }), NOW, early)).toBe(false);
  });
});

describe('endOf', () => {
  const used = NOW + DAY;
  it.each<[string, Partial<ClientState>, Partial<RotationRules>, number]>([
    ['the lifespan from the last use', { lastUsedAt: used }, {}, used + 14 * DAY],
    ['a lifespan of its own', { lastUsedAt: used, lifespan: DAY }, {}, used + DAY],
    ['the end of a reset link', { lastUsedAt: used, passwordChangeUntil: used + 1 }, {}, used + 1],
    ['a longer one of its own', { lastUsedAt: used, lifespan: 30 * DAY }, {}, used + 30 * DAY],
    ['the absolute end where that is earlier', { createdAt: NOW }, { clientLifespan: 2 * DAY }, NOW + 2 * DAY],
    ['the idle end where that is earlier', { createdAt: NOW }, { clientLifespan: 20 * DAY }, NOW + 14 * DAY],
    ['the absolute end also for its own', { createdAt: NOW, lifespan: 9 * DAY }, { clientLifespan: DAY }, NOW + DAY],
  ])('%s', (_, client, changes, end) => {
    expect(endOf(state(client), rules(changes))).toBe(end);
  });
});

describe('nextExpiry and sameExpiry', () => {
  const advertised = (NOW + 14 * DAY) / 1000;
  it.each<[string, number, number, next: number, same: number]>([
    ['the first token', 0, NOW, advertised, advertised],
    ['whole seconds, rounded down', 0, NOW + 999, advertised, advertised],
    ['a second later', advertised, NOW + 1000, advertised + 1, advertised + 1],
    ['within the same second', advertised, NOW + 500, advertised + 1, advertised],
    ['after a clock went back by an hour', advertised, NOW - 3_600_000, advertised + 1, advertised],
    [
      'after a clock was a year ahead',
      advertised + 365 * 86_400,
      NOW,
      advertised + 365 * 86_400 + 1,
      advertised + 365 * 86_400,
    ],
  ])('%s', (_, expiry, now, next, same) => {
    expect(nextExpiry({ expiry, lifespan: null }, now, RULES)).toBe(next);
    expect(sameExpiry({ expiry, lifespan: null }, now, RULES)).toBe(same);
  });

  it("uses a lifespan of the client's own", () => {
    expect(nextExpiry({ expiry: 0, lifespan: DAY }, NOW, RULES)).toBe((NOW + DAY) / 1000);
    expect(sameExpiry({ expiry: 0, lifespan: DAY }, NOW, RULES)).toBe((NOW + DAY) / 1000);
  });

  it('is not cut by the absolute end, where tokens could no longer be told apart', () => {
    expect(nextExpiry({ expiry: 0, lifespan: null }, NOW, rules({ clientLifespan: DAY }))).toBe(advertised);
  });
});

describe('extensionOf', () => {
  it.each<[string, number, number | null]>([
    ['at the rotation itself there is nothing to add', NOW, null],
    ['1 ms before the gap', NOW + 999, null],
    ['at the gap', NOW + 1000, NOW + 6000],
    ['at the end of the batch', NOW + 5000, NOW + 10_000],
    ['after its end the batch opens again', NOW + 30_000, NOW + 35_000],
    ['1 ms before the limit cuts it', NOW + 54_999, NOW + 59_999],
    ['the limit cuts it', NOW + 57_000, NOW + 60_000],
    ['1 ms before the limit', NOW + 59_999, NOW + 60_000],
    ['at the limit', NOW + 60_000, null],
    ['after the limit', NOW + 60_001, null],
  ])('%s', (_, now, openUntil) => {
    expect(extensionOf(STATE, now, RULES)).toBe(openUntil);
  });

  it('counts from the last extension', () => {
    const extended = state({ batchOpenUntil: NOW + 8000 });
    expect(extensionOf(extended, NOW + 3999, RULES)).toBeNull();
    expect(extensionOf(extended, NOW + 4000, RULES)).toBe(NOW + 9000);
  });

  it('writes nothing for the last piece before the limit when that is shorter than the gap', () => {
    const nearly = state({ batchOpenUntil: NOW + 59_001 });
    expect(extensionOf(nearly, NOW + 58_000, RULES)).toBeNull();
    expect(extensionOf(state({ batchOpenUntil: NOW + 59_000 }), NOW + 58_000, RULES)).toBe(NOW + 60_000);
  });

  it('holds nothing open without a buffer', () => {
    const closed = state({ batchOpenUntil: NOW });
    for (const later of [0, 1, 1000]) expect(extensionOf(closed, NOW + later, rules({ buffer: 0 }))).toBeNull();
  });

  it('holds nothing open where the limit is the buffer', () => {
    const tight = rules({ batchLimit: 5000 });
    for (const later of [0, 1000, 4999, 5000, 6000]) expect(extensionOf(STATE, NOW + later, tight)).toBeNull();
  });

  it('leaves an end that a broken clock wrote far ahead to the next rotation', () => {
    expect(extensionOf(state({ batchOpenUntil: NOW + 2 * DAY }), NOW + 6000, RULES)).toBeNull();
  });
});

describe('extensionGap', () => {
  it.each([
    [60_000, 1000],
    [5000, 1000],
    [4000, 1000],
    [3996, 999],
    [500, 125],
    [4, 1],
    [1, 1],
    [0, 1],
    // A database refuses fractions where it keeps whole milliseconds.
    [250, 63],
    [3, 1],
  ])('with a buffer of %d ms it is %d ms', (buffer, gap) => {
    expect(extensionGap(rules({ buffer }))).toBe(gap);
  });
});

describe('isTouchDue', () => {
  it.each<[string, Partial<ClientState>, Partial<RotationRules>, number]>([
    ['once a minute', {}, {}, 60_000],
    ['once a minute from 10 minutes on', {}, { tokenLifespan: 600_000 }, 60_000],
    ['once in a tenth of a shorter lifespan', {}, { tokenLifespan: 590_000 }, 59_000],
    ["once in a tenth of the client's own lifespan", { lifespan: 20_000 }, {}, 2000],
    ["once a minute for a long lifespan of the client's own", { lifespan: DAY }, { tokenLifespan: 10_000 }, 60_000],
  ])('%s', (_, client, changes, gap) => {
    expect(isTouchDue(state(client), NOW + gap - 1, rules(changes))).toBe(false);
    expect(isTouchDue(state(client), NOW + gap, rules(changes))).toBe(true);
  });

  it('is not due when the clock has gone back', () => {
    expect(isTouchDue(STATE, NOW - DAY, RULES)).toBe(false);
  });
});

describe('a recent sign-in', () => {
  const TEN_MINUTES = 600_000;
  it.each([
    ['just now', 0, true],
    ['right within the limit', TEN_MINUTES, true],
    ['right beyond it', TEN_MINUTES + 1, false],
    ['long ago', DAY, false],
    ['a moment ahead: clocks differ', -10_000, true],
    ['ahead by what a clock may have been set back', -CLOCK_TOLERANCE, true],
    ['ahead by more: a broken clock wrote it', -CLOCK_TOLERANCE - 1, false],
  ])('%s', (_, ago, expected) => {
    expect(isRecentSignIn({ createdAt: NOW - ago }, NOW, TEN_MINUTES)).toBe(expected);
  });
});
