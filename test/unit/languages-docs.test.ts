import { readFileSync } from 'node:fs';
import { languages } from 'nestjs-token-auth/languages';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../docs/languages.md', import.meta.url), 'utf8');

describe('the page about languages', () => {
  it('has every code with its English text', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, code, text]) => [code, text]);
    expect(Object.fromEntries(rows)).toEqual(languages.en);
    expect(rows).toHaveLength(Object.keys(languages.en).length);
  });

  it('names every language', () => {
    const [, list = ''] = /nestjs-token-auth\/languages` has (.*?);/.exec(page) ?? [];
    expect([...list.matchAll(/`([\w-]+)`/g)].map(([, tag]) => tag)).toEqual(Object.keys(languages));
  });
});
