// What `nest add` makes of the applications that the Nest CLI makes: of ESM and of CommonJS, built, started and tried.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTemporaryFolder, install, pack, root, run, write } from './lib.mjs';

const ACCOUNT = { email: 'ada@example.com', password: 'correct horse' };

/** What a new application needs to be built; its tests and linters take minutes to install. */
const TOOLS = ['@nestjs/cli', '@nestjs/schematics', '@types/node', 'typescript'];

function readJson(folder, name) {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(url, isOver) {
  for (;;) {
    if (isOver()) throw new Error('The application has ended.');
    try {
      return await fetch(url);
    } catch {
      await sleep(100);
    }
  }
}

/** Signs up and shows the token, as the curl lines do that the command prints. */
async function tryOut(app) {
  const port = await freePort();
  const server = spawn('node', ['dist/main'], {
    cwd: app,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: port },
  });
  let isOver = false;
  server.once('exit', () => (isOver = true));
  try {
    const url = `http://localhost:${port}`;
    await answering(url, () => isOver);
    const body = JSON.stringify(ACCOUNT);
    const signUp = await fetch(`${url}/auth`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const headers = Object.fromEntries(
      ['access-token', 'client', 'uid'].map((name) => [name, signUp.headers.get(name) ?? '']),
    );
    const valid = await fetch(`${url}/auth/validate_token`, { headers });
    const invalid = await fetch(`${url}/auth/validate_token`);
    const statuses = [signUp.status, valid.status, invalid.status].join(' ');
    if (statuses !== '200 200 401') throw new Error(`Expected 200 200 401, got ${statuses}`);
    console.log(`It works: ${statuses}`);
  } finally {
    server.kill();
  }
}

await inTemporaryFolder(async (folder) => {
  const tarball = pack(folder);
  // What `nest new` runs when its questions have been answered.
  const schematics = join(root, 'node_modules/.bin/schematics');
  for (const type of ['esm', 'cjs']) {
    run(schematics, ['@nestjs/schematics:application', `--name=${type}`, `--type=${type}`, '--language=ts'], folder);
    const app = join(folder, type);
    const manifest = readJson(app, 'package.json');
    const tools = Object.entries(manifest.devDependencies).filter(([name]) => TOOLS.includes(name));
    const tsconfig = readJson(app, 'tsconfig.json');
    write(app, {
      'package.json': { ...manifest, devDependencies: Object.fromEntries(tools) },
      'tsconfig.json': { ...tsconfig, compilerOptions: { ...tsconfig.compilerOptions, types: ['node'] } },
    });
    install(app, [tarball]);
    // The package is here already, and need not be in a registry. It is `nest add` that is tried with one kind, and with the
    // other what `nest add` runs when it has installed the package.
    if (type === 'esm') {
      run('npx', ['nest', 'add', 'nestjs-token-auth', '--skip-install'], app);
      install(app, []);
    } else {
      run('npx', ['schematics', 'nestjs-token-auth:nest-add', '--source-root=src'], app);
    }
    run('npx', ['nest', 'build', '--path', 'tsconfig.build.json'], app);
    await tryOut(app);
    const module = readFileSync(join(app, 'src/app.module.ts'), 'utf8');
    run('npx', ['nest', 'add', 'nestjs-token-auth', '--skip-install'], app);
    if (readFileSync(join(app, 'src/app.module.ts'), 'utf8') !== module)
      throw new Error('A second run changes things.');
  }
});
