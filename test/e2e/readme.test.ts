import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, ProtocolClient, send, sendJson, told } from '../support/client.js';
import { CompiledExample, exampleOf } from '../support/examples.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the example in the README', () => {
  let example: CompiledExample;
  let server: ChildProcess;
  let port: number;
  let url: string;

  beforeAll(async () => {
    example = new CompiledExample('README.md', 'main.ts');
    port = await freePort();
    url = `http://localhost:${port}`;
    server = spawn(process.execPath, [example.path], {
      cwd: example.folder,
      env: { ...process.env, PORT: String(port) },
    });
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
    example?.remove();
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
    writeFileSync(
      join(example.folder, 'try.sh'),
      exampleOf('README.md', 'try.sh').code.replaceAll('localhost:3000', `localhost:${port}`),
    );
    const output = execFileSync('sh', ['-e', 'try.sh'], { cwd: example.folder, encoding: 'utf8' });
    expect(output).toContain('"uid":"ada@example.com"');
    expect(output).toContain('HTTP/1.1 200 OK');
    expect(output).toMatch(/^access-token: ?\r$/m);
    expect(output).toContain('{"owner":"ada@example.com","projects":[]}');
  });
});
