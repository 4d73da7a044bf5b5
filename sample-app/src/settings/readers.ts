import { originAt } from './listening.js';

/** Makes a value of a variable's text; what it throws says what is allowed. */
export type Reader<V> = (text: string) => V;

export const text: Reader<string> = (value) => value;

export const flag: Reader<boolean> = (value) => oneOf('true', 'false')(value) === 'true';

export function oneOf<const V extends string>(...allowed: V[]): Reader<V> {
  return (value) => {
    const found = allowed.find((each) => each === value);
    if (found === undefined) throw new Error(`must be one of ${allowed.join(', ')}`);
    return found;
  };
}

export function matching(pattern: RegExp, allowed: string): Reader<string> {
  return (value) => {
    if (!pattern.test(value)) throw new Error(`must be ${allowed}`);
    return value;
  };
}

export function wholeNumber(least: number, most: number): Reader<number> {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (!(number >= least && number <= most)) throw new Error(`must be a whole number from ${least} to ${most}`);
    return number;
  };
}

/** Texts that commas separate. */
export const list: Reader<readonly string[]> = (value) =>
  value
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** An address of this machine, or a name of one. */
export const hostName: Reader<string> = (value) => {
  try {
    originAt(value, 1);
    return value;
  } catch {
    throw new Error('must be a host name or an IP address');
  }
};
