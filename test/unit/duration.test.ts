import { describe, expect, it } from 'vitest';
import { toMilliseconds, type Duration } from '../../lib/duration.js';

describe('toMilliseconds', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [1, 1],
    [5000, 5000],
    [0.4, 0],
    [1.5, 2],
    ['500ms', 500],
    ['5s', 5000],
    ['5 seconds', 5000],
    ['1.5s', 1500],
    ['90 minutes', 5_400_000],
    ['1h', 3_600_000],
    ['1 day', 86_400_000],
    ['2 weeks', 1_209_600_000],
    ['1y', 31_557_600_000],
    ['0s', 0],
  ])('%j is %d ms', (duration, milliseconds) => {
    expect(toMilliseconds(duration)).toBe(milliseconds);
  });

  it.each([
    -1,
    '-5s',
    '',
    ' ',
    'soon',
    '5 parsecs',
    '5s5s',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    true,
    {},
    ['5s'],
    10n,
    `${'1'.repeat(101)}s`,
  ])('refuses %s', (value) => {
    expect(() => toMilliseconds(value as Duration)).toThrow(TypeError);
  });
});
