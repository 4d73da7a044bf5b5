import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, ProtocolClient, send, sendJson, told } from '../support/client.js';

const root = new URL('../..', import.meta.url).pathname;
// Inside the package, so that its own name and its development dependencies resolve as they would in an application.
const folder = join(root, 'dist-readme');

/** The code block that follows `<!-- example: <name> -->` in the README. */
function example(name: string): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const block = readme.split(`<!-- example: ${name} -->`)[1]?.match(/^\n```\w+\n([^]*?)\n```\n/)?.[1];
  if (block === undefined) throw new Error(`The README has no example ${name}`);
  return block;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the example in the README', () => {
  let server: ChildProcess;
  let port: number;
  let url: string;

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const name of ['main.ts', 'profile.ts']) writeFileSync(join(folder, name), example(name));
    // What the Nest CLI writes into a new application.
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
      types: ['node'],
      rootDir: '.',
      outDir: 'out',
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts', 'profile.ts'] }));
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], { cwd: folder, stdio: 'inherit' });
    port = await freePort();
    url = `http://localhost:${port}`;
    server = spawn(process.execPath, ['out/main.js'], { cwd: folder, env: { ...process.env, PORT: String(port) } });
    await eventually(
      async () =>
        await fetch(url).then(
          () => true,
          () => false,
        ),
    );
  });
  afterAll(() => {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('serves an application in which people sign up and call a guarded route', async () => {
    const signUp = await sendJson(`${url}/auth`, 'POST', { email: 'grace@example.com', password: 'correct horse' });
    expect([signUp.status, told(signUp)]).toEqual([200, 'token']);
    const { accessToken, client, uid } = signUp.auth;
    const grace = new ProtocolClient({ url }, { 'access-token': accessToken!, client: client!, uid: uid! });
    const list = await grace.go('/projects');
    expect([list.status, list.body]).toEqual([200, { owner: 'grace@example.com', projects: [] }]);
    expect((await send(`${url}/projects`)).status).toBe(401);
  });

  const hasCurl = 'TEST_SKIP_NOTHING' in process.env || spawnSync('curl', ['--version']).status === 0;
  it.skipIf(!hasCurl)('is tried with the lines as printed (skipped without curl)', () => {
    writeFileSync(join(folder, 'try.sh'), example('try.sh').replaceAll('localhost:3000', `localhost:${port}`));
    const output = execFileSync('sh', ['-e', 'try.sh'], { cwd: folder, encoding: 'utf8' });
    expect(output).toContain('"uid":"ada@example.com"');
    expect(output).toContain('HTTP/1.1 200 OK');
    expect(output).toMatch(/^access-token: ?\r$/m);
    expect(output).toContain('{"owner":"ada@example.com","projects":[]}');
  });
});
