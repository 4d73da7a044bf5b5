import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/examples.js';

const page = readFileSync(join(root, 'docs/security.md'), 'utf8');

interface Row {
  readonly id: string;
  readonly state: string;
  readonly how: string;
}

/** The rows of the tables that tell how a requirement is met. */
const rows: readonly Row[] = [...page.matchAll(/^\| (\d[\d., to]*) \| [^|]+ \| ([^|]*) \| ([^|]*) \|$/gm)].map(
  ([, id = '', state = '', how = '']) => ({ id, state, how }),
);

/** How many requirements the sections of ASVS 5.0.0 have. */
const SECTIONS: Readonly<Record<string, number>> = {
  '6.1': 3,
  '6.2': 12,
  '6.3': 8,
  '6.4': 6,
  '6.5': 8,
  '6.6': 4,
  '6.7': 2,
  '6.8': 4,
  '7.1': 3,
  '7.2': 4,
  '7.3': 2,
  '7.4': 5,
  '7.5': 3,
  '7.6': 2,
  '9.1': 3,
  '9.2': 4,
  '10.1': 2,
  '10.2': 3,
  '10.5': 5,
};

/** What says of itself how it is met: there is nothing to run. */
const UNTESTED = new Set(['6.2.10', '6.3.2', '6.4.2', '7.1.1', '7.1.3', '11.1.2', '11.2.1', '11.4.1']);

describe('docs/security.md', () => {
  it('has every requirement of the chapters that it goes through, once', () => {
    const wanted = Object.entries(SECTIONS).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
    );
    const ids = rows.map(({ id }) => id).filter((id) => wanted.includes(id));
    expect(ids).toEqual(wanted);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('says of each whether it is met', () => {
    const states = ['met', 'option', 'partly', 'yours', 'n/a'];
    expect(rows.filter(({ state, how }) => !states.includes(state) || how.trim() === '')).toEqual([]);
    expect(rows.length).toBe(page.match(/^\| \d/gm)?.length);
  });

  it('names tests that there are, and one at least of all that is met', () => {
    const tests = [...page.matchAll(/\]\(\.\.\/(test\/[^)]+)\)/g)].map(([, file = '']) => file);
    expect(tests.length).toBeGreaterThan(100);
    expect(tests.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    const bare = rows.filter(({ state, how }) => ['met', 'option'].includes(state) && !how.includes('.test.ts)'));
    expect(bare.map(({ id }) => id)).toEqual([...UNTESTED].filter((id) => rows.some((row) => row.id === id)));
  });
});
