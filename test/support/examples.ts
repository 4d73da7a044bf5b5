import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A code block of a page. */
export interface Example {
  /** Such as `docs/accounts.md`. */
  readonly page: string;
  /** Of its first line there. */
  readonly line: number;
  readonly language: string;
  /** What `<!-- example: <name> -->` in the line before calls it; null where nothing does. */
  readonly name: string | null;
  readonly code: string;
}

/** The README and all pages of `docs/`. */
export function pages(): string[] {
  const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.toSorted().map((name) => `docs/${name}`)];
}

/** The code blocks of a page. */
export function examplesOf(page: string): Example[] {
  const lines = readFileSync(join(root, page), 'utf8').split('\n');
  const examples: Example[] = [];
  for (let start = 0; start < lines.length; start++) {
    const language = /^\s*```(\w+)/.exec(lines[start] ?? '')?.[1];
    if (language === undefined) continue;
    const end = lines.findIndex((line, index) => index > start && /^\s*```\s*$/.test(line));
    if (end < 0) throw new Error(`${page}:${start + 1}: the code block does not end`);
    const name = /^<!-- example: (\S+) -->$/.exec(lines[start - 1] ?? '')?.[1] ?? null;
    const code = `${lines.slice(start + 1, end).join('\n')}\n`;
    examples.push({ page, line: start + 2, language, name, code });
    start = end;
  }
  return examples;
}

/** An example of a page by its name. */
export function exampleOf(page: string, name: string): Example {
  const found = examplesOf(page).find((example) => example.name === name);
  if (found === undefined) throw new Error(`${page} has no example ${name}`);
  return found;
}

export function isTypeScript({ language }: Example): boolean {
  return ['ts', 'typescript', 'tsx'].includes(language);
}

/** The user of all examples: beside those whose page has none of its own. */
const USER: Example = exampleOf('docs/user-entity.md', 'user.entity.ts');

/**
 * Compiles examples as the Nest CLI sets a new application up, those of a page together.
 *
 * @param folder - is made anew: inside the package, so that its own name and its development dependencies resolve as they
 * would in an application.
 * @returns what the compiler says, by page and line there.
 */
export function compile(folder: string, examples: readonly Example[]): Map<Example, string[]> {
  rmSync(folder, { recursive: true, force: true });
  const files = new Map<string, Example>();
  for (const example of examples) {
    const place = placeOf(example);
    if (!files.has(`${place}/user.entity.ts`)) files.set(`${place}/user.entity.ts`, USER);
    files.set(`${place}/${example.name}`, example);
  }
  for (const [file, { code }] of files) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [...files.keys()] }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' });
  return diagnosticsOf(stdout, files);
}

/** Where the examples of a page are compiled. */
function placeOf({ page }: Example): string {
  return page.replace(/^docs\//, '').replace(/\.md$/, '');
}

/** An example that has been compiled, to be run. */
export class CompiledExample {
  /** A folder of its own. */
  readonly folder: string;
  /** What to run or to import. */
  readonly path: string;

  /** @throws Error with what the compiler says, where it does not compile. */
  constructor(page: string, name: string) {
    const example = exampleOf(page, name);
    this.folder = join(root, `dist-example-${placeOf(example)}`);
    const faults = compile(this.folder, [example]);
    if (faults.size > 0) throw new Error([...faults.values()].flat().join('\n'));
    this.path = join(this.folder, 'out', placeOf(example), name.replace(/\.ts$/, '.js'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function diagnosticsOf(output: string, files: ReadonlyMap<string, Example>): Map<Example, string[]> {
  const found = new Map<Example, string[]>();
  for (const line of output.split('\n').filter((each) => /error TS\d/.test(each))) {
    const [, file = '', row = '', message = line] = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
    const example = files.get(file);
    if (example === undefined) throw new Error(`The compiler says of no example: ${line}`);
    const at = `${example.page}:${example.line + Number(row) - 1}: ${message}`;
    found.set(example, [...(found.get(example) ?? []), at]);
  }
  return found;
}

const compilerOptions = {
  module: 'nodenext',
  target: 'ES2023',
  strict: true,
  strictPropertyInitialization: false,
  esModuleInterop: true,
  isolatedModules: true,
  allowSyntheticDefaultImports: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  jsx: 'react-jsx',
  types: ['node'],
  rootDir: '.',
  outDir: 'out',
};
