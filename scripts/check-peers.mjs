// Runs a short suite on the packed package with the oldest and newest peers that package.json allows, beside the newest of
// all, on which the whole suite runs.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, install, manifest, pack, root, run, write } from './lib.mjs';

const TESTS = ['test/e2e/life-of-a-client.test.ts'];

const PEERS = {
  'the oldest Nest 11 with the oldest TypeORM 0.3': { nest: '11.0.5', nestTypeorm: '11.0.0', typeorm: '0.3.20' },
  'the newest Nest 11 with the newest TypeORM 0.3': { nest: '^11.0.0', nestTypeorm: '^11.0.0', typeorm: '^0.3.20' },
  'the newest Nest 11 with the newest TypeORM 1': { nest: '^11.0.0', nestTypeorm: '^11.0.0', typeorm: '^1.0.0' },
  'the newest Nest 12 with the newest TypeORM 0.3': { nest: '^12.0.0', nestTypeorm: '^12.0.0', typeorm: '^0.3.20' },
};

const same = ['libsql', 'pg', 'mysql2', 'reflect-metadata', 'rxjs', 'vitest', '@types/node'];

await inTemporaryFolder(async (folder) => {
  const tarball = pack(folder);
  for (const [name, { nest, nestTypeorm, typeorm }] of Object.entries(PEERS)) {
    console.log(`With ${name}`);
    const app = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(app);
    write(app, { 'package.json': { name: 'peers', private: true, type: 'module' } });
    install(app, [
      tarball,
      ...['common', 'core', 'platform-express', 'platform-fastify', 'testing'].map((part) => `@nestjs/${part}@${nest}`),
      `@nestjs/typeorm@${nestTypeorm}`,
      `typeorm@${typeorm}`,
      ...same.map((dependency) => `${dependency}@${manifest.devDependencies[dependency]}`),
    ]);
    for (const file of ['tsconfig.json', 'vitest.config.ts', 'test/support', ...TESTS]) {
      cpSync(join(root, file), join(app, file), { recursive: true });
    }
    run('npx', ['vitest', 'run'], app);
  }
});
