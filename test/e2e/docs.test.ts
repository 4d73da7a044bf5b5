import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, examplesOf, isTypeScript, pages, root, type Example } from '../support/examples.js';

const folder = join(root, 'dist-docs');

const all = pages().flatMap(examplesOf).filter(isTypeScript);
const named = all.filter(({ name }) => name !== null);

describe('the examples in the README and in docs/', () => {
  let faults: Map<Example, string[]>;

  beforeAll(() => {
    faults = compile(folder, named);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('have names, so that they are compiled', () => {
    const nameless = all.filter(({ name }) => name === null);
    expect(nameless.map(({ page, line }) => `${page}:${line} needs <!-- example: some-name.ts --> above it`)).toEqual(
      [],
    );
  });

  it('have names that no other example of their page has', () => {
    const names = named.map(({ page, name }) => `${page} ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
  });

  it.each(named.map((example) => [example.page, example.name, example] as const))(
    'compile: %s, %s',
    (...[, , each]) => {
      expect(faults.get(each) ?? []).toEqual([]);
    },
  );
});
