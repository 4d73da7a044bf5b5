import { readFileSync } from 'node:fs';
import type { Tree } from '@angular-devkit/schematics';

interface Manifest {
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** This package's own manifest: what it is tested with. */
const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest & {
  version: string;
};

const MANIFEST = '/package.json';

/** The project that is set up. */
export class Project {
  private readonly manifest: Manifest;

  constructor(private readonly tree: Tree) {
    this.manifest = (tree.readJson(MANIFEST) ?? {}) as Manifest;
  }

  /** Whether relative imports name files with their extension. */
  get isEsm(): boolean {
    return this.manifest.type === 'module';
  }

  get packageManager(): 'npm' | 'yarn' | 'pnpm' {
    if (this.tree.exists('/pnpm-lock.yaml')) return 'pnpm';
    return this.tree.exists('/yarn.lock') ? 'yarn' : 'npm';
  }

  /** Whether a TypeScript file below a folder holds a text. */
  mentions(folder: string, text: string): boolean {
    let found = false;
    this.tree.getDir(folder).visit((path) => {
      if (path.endsWith('.ts') && !path.includes('/node_modules/')) found ||= this.tree.readText(path).includes(text);
    });
    return found;
  }

  /** Adds packages that the project does not have, and tells which. */
  depend(names: readonly string[]): string[] {
    const { dependencies = {}, devDependencies = {} } = this.manifest;
    const missing = names.filter((name) => dependencies[name] === undefined && devDependencies[name] === undefined);
    if (missing.length === 0) return missing;
    for (const name of missing) dependencies[name] = this.versionOf(name);
    const sorted = Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1));
    this.manifest.dependencies = Object.fromEntries(sorted);
    this.tree.overwrite(MANIFEST, `${JSON.stringify(this.manifest, null, 2)}\n`);
    return missing;
  }

  private versionOf(name: string): string {
    if (name === 'nestjs-token-auth') return `^${own.version}`;
    // Goes with the project's Nest.
    const isNest11 = /^[^\d]*11\b/.test(this.manifest.dependencies?.['@nestjs/core'] ?? '');
    if (name === '@nestjs/typeorm' && isNest11) return '^11.0.0';
    return `^${own.devDependencies?.[name]}`;
  }
}
