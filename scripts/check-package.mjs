// What a user gets: the packed package, checked, and used by a new ESM and a new CommonJS application in TypeScript.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, install, manifest, pack, root, run, write } from './lib.mjs';

run('npx', ['publint', '--strict'], root);
run('npx', ['attw', '--pack', '.', '--profile', 'esm-only'], root);

const version = (name) => `${name}@${manifest.devDependencies[name]}`;
const NEST = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express', '@nestjs/testing', '@nestjs/typeorm'];
const OTHERS = ['typeorm', 'reflect-metadata', 'rxjs', 'libsql', 'typescript', '@types/node'];
const PACKAGES = [...NEST, ...OTHERS].map(version);
const source = readFileSync(join(root, 'scripts/consumers/app.ts'), 'utf8');
const clientSource = readFileSync(join(root, 'scripts/consumers/client.ts'), 'utf8');
const tsconfig = {
  compilerOptions: {
    module: 'nodenext',
    target: 'ES2023',
    strict: true,
    types: ['node'],
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    outDir: 'out',
  },
  files: ['app.ts', 'client.ts'],
};
/** As pages are checked: with the browser's types in place of Node's. */
const pageTsconfig = {
  compilerOptions: {
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2023',
    lib: ['es2023', 'dom'],
    types: [],
    strict: true,
    noEmit: true,
  },
  files: ['client.ts'],
};

await inTemporaryFolder(async (folder) => {
  const tarball = pack(folder);
  for (const type of ['module', 'commonjs']) {
    console.log(`A new application with "type": "${type}"`);
    const app = join(folder, type);
    mkdirSync(app);
    write(app, {
      'package.json': { name: 'consumer', private: true, type },
      'tsconfig.json': tsconfig,
      'tsconfig.page.json': pageTsconfig,
      'app.ts': source,
      'client.ts': clientSource,
    });
    install(app, [tarball, ...PACKAGES]);
    run('npx', ['tsc'], app);
    run('node', ['out/app.js'], app);
    run('node', ['out/client.js'], app);
    run('npx', ['tsc', '-p', 'tsconfig.page.json'], app);
  }
});
