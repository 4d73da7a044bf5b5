import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '../support/event-recorder.js';
import { TokenAuthHooks } from '../../lib/hooks/token-auth-hooks.js';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');

/** The rows of the table of a page: the names in their first and in another column. */
function rowsOf(text: string, column: number): [string, string[]][] {
  const rows = text.matchAll(/^\| `([^`]+)` \|.*$/gm);
  return [...rows].map(([row, name = '']) => {
    const names = row.split('|')[column]?.matchAll(/`([^`]+)`/g) ?? [];
    return [name, [...names].map(([, each = '']) => each)];
  });
}

describe('the documentation', () => {
  it('names every event with its fields', () => {
    const expected = Object.entries(EVENTS).map(([name, fields]) => [name, Object.keys(fields)]);
    expect(rowsOf(page('events'), 2)).toEqual(expected);
  });

  it('names every hook', () => {
    const hooks = Object.getOwnPropertyNames(TokenAuthHooks.prototype).filter((name) => name !== 'constructor');
    expect(rowsOf(page('hooks'), 1).map(([name]) => name)).toEqual(hooks);
  });
});
