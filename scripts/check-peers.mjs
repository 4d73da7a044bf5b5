// Runs a short suite on the packed package with the oldest and newest peers that package.json allows, beside the newest of
// all, on which the whole suite runs.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryFolder, install, manifest, pack, root, run, write } from './lib.mjs';

const TESTS = [
  'life-of-a-client',
  'answers',
  'response-ownership',
  'rotation-table',
  'sign-up',
  'sign-in',
  'user-entities',
  'account-update',
  'password-by-token',
  'confirmation-links',
  'unlocks',
  'throttler-recipe',
  'realms',
  'realm-services',
  'realm-cookies',
  'websockets',
  'sqlite-transactions',
  'migrations',
  'migrations-drift',
  'migrations-rows',
  'cleanup',
  'cleanup-races',
  'clients',
  'hooks-vetoes',
  'events-tokens',
  'oauth-windows',
  'rails-sessions',
  'languages',
  'openapi',
];

// Nest 11 does not send a gateway's exceptions to sockets of `ws`; before 11.1.29 it may send the headers of server-sent
// events before an interceptor can add any, so that nothing rotates there.
const REFUSED_MESSAGES = 'WebSockets.* refuse';

const PEERS = {
  'the oldest Nest 11 with the oldest TypeORM 0.3': {
    nest: '11.0.5',
    nestTypeorm: '11.0.0',
    swagger: '11.0.0',
    typeorm: '0.3.22',
    without: `@Sse|${REFUSED_MESSAGES}`,
  },
  'the newest Nest 11 with the newest TypeORM 0.3': {
    nest: '^11.0.5',
    nestTypeorm: '^11.0.0',
    swagger: '^11.0.0',
    typeorm: '^0.3.22',
    without: REFUSED_MESSAGES,
  },
  'the newest Nest 11 with the newest TypeORM 1': {
    nest: '^11.0.5',
    nestTypeorm: '^11.0.0',
    swagger: '^11.0.0',
    typeorm: '^1.0.0',
    without: REFUSED_MESSAGES,
  },
  'the oldest Nest 12 with the oldest TypeORM 1': {
    nest: '12.0.1',
    nestTypeorm: '12.0.0',
    swagger: '12.0.0',
    typeorm: '1.0.0',
  },
  'the newest Nest 12 with the newest TypeORM 0.3': {
    nest: '^12.0.1',
    nestTypeorm: '^12.0.0',
    swagger: '^12.0.0',
    typeorm: '^0.3.22',
  },
};

const same = [
  '@seriousme/openapi-schema-validator',
  'ajv',
  'ajv-formats',
  'oidc-provider',
  'openid-client',
  '@nestjs/throttler',
  'class-transformer',
  'class-validator',
  'libsql',
  'mailparser',
  'nodemailer',
  'pg',
  'mysql2',
  'playwright-core',
  'reflect-metadata',
  'rxjs',
  'smtp-server',
  'vitest',
  'ws',
  '@types/node',
];

await inTemporaryFolder(async (folder) => {
  const tarball = pack(folder);
  for (const [name, { nest, nestTypeorm, swagger, typeorm, without }] of Object.entries(PEERS)) {
    console.log(`With ${name}`);
    const app = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(app);
    write(app, { 'package.json': { name: 'peers', private: true, type: 'module' } });
    install(app, [
      tarball,
      ...['common', 'core', 'platform-express', 'platform-fastify', 'platform-ws', 'testing', 'websockets'].map(
        (part) => `@nestjs/${part}@${nest}`,
      ),
      `@nestjs/typeorm@${nestTypeorm}`,
      `@nestjs/swagger@${swagger}`,
      `typeorm@${typeorm}`,
      ...same.map(
        (dependency) => `${dependency}@${{ ...manifest.dependencies, ...manifest.devDependencies }[dependency]}`,
      ),
    ]);
    for (const file of [
      'tsconfig.json',
      'vitest.config.ts',
      'test/support',
      ...TESTS.map((name) => `test/e2e/${name}.test.ts`),
    ]) {
      cpSync(join(root, file), join(app, file), { recursive: true });
    }
    const filter = without === undefined ? [] : ['--testNamePattern', `^((?!${without}).)*$`];
    run('npx', ['vitest', 'run', ...filter], app);
  }
});
