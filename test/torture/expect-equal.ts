import { expect } from 'vitest';

/** For methods of classes, outside of which all expectations stand in functions. */
export function expectEqual(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}
