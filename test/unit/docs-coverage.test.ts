import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { pages, root } from '../support/examples.js';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const everything = pages().map(read).join('\n');

/** The properties of an interface, as its file declares them. */
function propertiesOf(file: string, isWanted: (name: string) => boolean): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const interfaces = source.statements.filter(ts.isInterfaceDeclaration).filter(({ name }) => isWanted(name.text));
  return interfaces.flatMap(({ members }) => members.map(({ name }) => name?.getText(source) ?? ''));
}

/** The values that an entry point exports. */
function exportsOf(file: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest);
  const clauses = source.statements.filter(ts.isExportDeclaration).filter(({ isTypeOnly }) => !isTypeOnly);
  return clauses.flatMap(({ exportClause }) =>
    exportClause !== undefined && ts.isNamedExports(exportClause)
      ? exportClause.elements.map(({ name }) => name.text)
      : [],
  );
}

describe('the documentation', () => {
  it('has every option in its table', () => {
    const files = readdirSync(join(root, 'lib/options')).filter((name) => name.endsWith('.options.ts'));
    const options = [
      ...files.flatMap((name) => propertiesOf(`lib/options/${name}`, (each) => each.endsWith('Options'))),
      ...propertiesOf('lib/token-auth.options.ts', (each) => each === 'TokenAuthModuleExtras'),
    ];
    const rows = [...read('docs/options.md').matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)];
    const named = rows.flatMap(([, names = '']) => names.replaceAll('`', '').split(', '));
    expect(named.toSorted()).toEqual(options.toSorted());
  });

  it('names every endpoint that can be switched off', () => {
    const endpoints = propertiesOf('lib/token-auth.options.ts', (each) => each === 'TokenAuthEndpoints');
    expect(endpoints.filter((name) => !read('docs/options.md').includes(`\`${name}\``))).toEqual([]);
  });

  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
  const sources = entries.map((entry) => [entry, entry === '.' ? 'lib/index.ts' : `lib${entry.slice(1)}/index.ts`]);

  it.each(sources)('names what %s exports', (entry, source) => {
    expect(everything).toContain(`nestjs-token-auth${entry.slice(1)}'`);
    const names = exportsOf(source).filter((name) => !new RegExp(`\\b${name}\\b`).test(everything));
    expect(names).toEqual([]);
  });
});
