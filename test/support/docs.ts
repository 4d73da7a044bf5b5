import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;

/** The code block that follows `<!-- example: <name> -->` in a page of the documentation. */
export function exampleOf(page: string, name: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  const block = text.split(`<!-- example: ${name} -->`)[1]?.match(/^\n```\w+\n([^]*?)\n```\n/)?.[1];
  if (block === undefined) throw new Error(`${page} has no example ${name}`);
  return block;
}

/** Examples of the documentation, compiled as an application would compile them. */
export class CompiledExamples {
  private readonly folder: string;

  /**
   * @param name - of a folder of their own, inside the package: its own name and its development dependencies resolve there
   * as they would in an application.
   * @param examples - names of examples with their pages.
   */
  constructor(name: string, examples: Record<string, string>) {
    this.folder = join(root, `dist-${name}`);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder);
    for (const [file, page] of Object.entries(examples)) writeFileSync(join(this.folder, file), exampleOf(page, file));
    const compilerOptions = {
      module: 'nodenext',
      target: 'ES2023',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
      types: ['node'],
      rootDir: '.',
      outDir: 'out',
    };
    const tsconfig = { compilerOptions, files: Object.keys(examples) };
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [compiler], { cwd: this.folder, stdio: 'inherit' });
  }

  /** The path of what an example was compiled to. */
  path(name: string): string {
    return join(this.folder, 'out', name.replace(/\.ts$/, '.js'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
