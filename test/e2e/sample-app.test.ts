import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProtocolClient, send, sendJson, told, type Answer } from '../support/client.js';
import { SampleApp } from '../support/sample-app.js';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const BUFFER = 200;
const QUICK = { TOKEN_AUTH_BATCH_REQUEST_BUFFER_THROTTLE: String(BUFFER) };

let folder: string;
let app: SampleApp | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sample-app-'));
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(variables: Record<string, string> = {}): Promise<SampleApp> {
  return (app = await SampleApp.start(folder, variables));
}

/** Signs up on a running application. */
async function signedUp({ url }: SampleApp): Promise<ProtocolClient> {
  const { accessToken, client, uid } = (await sendJson(`${url}/auth`, 'POST', ADA)).auth;
  return new ProtocolClient({ url }, { 'access-token': accessToken ?? '', client: client ?? '', uid: uid ?? '' });
}

/** The application runs on the clock of the machine, so the tests have to wait until a batch has closed. */
const batchCloses = () => sleep(BUFFER + 100);

const briefly = (answers: Answer[]) => answers.map((answer) => `${answer.status} ${told(answer)}`);

describe.each(['express', 'fastify'])('the sample application (%s)', (adapter) => {
  it('signs up and rotates: one new token for five requests at once', async () => {
    const { url } = await start({ HTTP_ADAPTER: adapter, ...QUICK });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const ada = await signedUp({ url } as SampleApp);

    for (let round = 0; round < 2; round++) {
      await batchCloses();
      const answer = await ada.go('/demo/members_only');
      expect(briefly([answer])).toEqual(['200 token']);
      expect(answer.body).toEqual({
        data: { id: 1, email: ADA.email, uid: ADA.email, name: '', nickname: '' },
      });
    }

    await batchCloses();
    const five = await Promise.all(Array.from({ length: 5 }, () => ada.peek('/demo/slow?ms=300')));
    expect(briefly(five).sort()).toEqual(['200 blank', '200 blank', '200 blank', '200 blank', '200 token']);
    expect(five[0]?.body).toEqual({ data: { waited: 300 } });
    expect((await send(`${url}/demo/members_only`)).status).toBe(401);
  });

  it('waits for at most a minute', async () => {
    const ada = await signedUp(await start({ HTTP_ADAPTER: adapter }));
    for (const query of ['', '?ms=', '?ms=-1', '?ms=60001', '?ms=1.5', '?ms=1e3', '?ms=1&ms=1']) {
      expect([query, (await ada.go(`/demo/slow${query}`)).status]).toEqual([query, 400]);
    }
    expect((await ada.go('/demo/slow?ms=0')).body).toEqual({ data: { waited: 0 } });
  });

  it('lets pages of other origins send and read the auth headers', async () => {
    const { url } = await start({ HTTP_ADAPTER: adapter });
    const origin = 'https://app.example.com';
    const asked = 'access-token,authorization,client,content-type,expiry,if-modified-since,token-type,uid';
    const preflight = await send(`${url}/demo/members_only`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'DELETE', 'access-control-request-headers': asked },
    });
    const listOf = (answer: Answer, name: string) => (answer.headers.get(name) ?? '').toLowerCase().split(/, */);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(listOf(preflight, 'access-control-allow-headers')).toEqual(expect.arrayContaining(asked.split(',')));
    expect(listOf(preflight, 'access-control-allow-methods')).toEqual(
      expect.arrayContaining(['get', 'post', 'put', 'delete']),
    );
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();

    const refused = await send(`${url}/demo/members_only`, { headers: { origin } });
    expect(refused.status).toBe(401);
    expect(listOf(refused, 'access-control-expose-headers')).toEqual(
      expect.arrayContaining(['access-token', 'token-type', 'client', 'expiry', 'uid', 'authorization']),
    );
  });

  it('finishes its requests when it is stopped, and knows its clients after a restart', async () => {
    const variables = { HTTP_ADAPTER: adapter, ...QUICK };
    const first = await start(variables);
    const ada = await signedUp(first);
    await batchCloses();
    const slow = ada.go('/demo/slow?ms=1000');
    await sleep(500);
    expect(await first.stop()).toBe('SIGTERM');
    expect(briefly([await slow])).toEqual(['200 token']);

    const second = await start(variables);
    await batchCloses();
    const after = new ProtocolClient(second, ada.headers);
    expect(briefly([await after.go('/demo/members_only')])).toEqual(['200 token']);
  });
});

describe('the variables of the sample application', () => {
  it('are there for every option that a text can hold', async () => {
    const { url } = await start({
      TOKEN_AUTH_PATH: '/api/auth',
      TOKEN_AUTH_CHANGE_HEADERS_ON_EACH_REQUEST: 'true',
      TOKEN_AUTH_TOKEN_LIFESPAN: '1 hour',
      TOKEN_AUTH_CLIENT_LIFESPAN: '2 weeks',
      TOKEN_AUTH_BATCH_REQUEST_BUFFER_THROTTLE: '5s',
      TOKEN_AUTH_BATCH_REQUEST_LIMIT: '60000',
      TOKEN_AUTH_BATCH_RESPONSE: 'repeat',
      TOKEN_AUTH_LOST_RESPONSE: 'forgiving',
      TOKEN_AUTH_ON_TOKEN_REUSE: 'reject',
      TOKEN_AUTH_TOKEN_PEPPER: 'thirty-two characters, at least.',
      TOKEN_AUTH_MAX_NUMBER_OF_DEVICES: '3',
      TOKEN_AUTH_COOKIE_ENABLED: 'true',
      TOKEN_AUTH_COOKIE_NAME: 'session',
      TOKEN_AUTH_COOKIE_SECURE: 'false',
      TOKEN_AUTH_QUERY_ENABLED: 'false',
      TOKEN_AUTH_PASSWORD_COST: '5',
      TOKEN_AUTH_PASSWORD_PEPPER: 'salt',
      TOKEN_AUTH_PASSWORD_MIN_LENGTH: '10',
      TOKEN_AUTH_PASSWORD_QUEUE_LIMIT: '7',
      DATABASE_URL: 'sqlite::memory:',
    });
    const short = await sendJson(`${url}/api/auth`, 'POST', { ...ADA, password: '123456789' });
    expect(short.body.errors.password).toEqual(['is too short (minimum is 10 characters)']);
    const signUp = await sendJson(`${url}/api/auth`, 'POST', ADA, { origin: 'https://app.example.com' });
    expect(signUp.headers.get('set-cookie')).toMatch(/^session=[^;]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(signUp.headers.get('access-control-allow-credentials')).toBe('true');
  });

  it('are refused where they make no sense, each by its name with what is allowed', async () => {
    const { code, stderr } = await SampleApp.fail(folder, {
      PORT: '65536',
      HTTP_ADAPTER: 'koa',
      DATABASE_URL: 'oracle://u:secret@x',
      TOKEN_AUTH_PATH: 'a b',
      TOKEN_AUTH_BATCH_RESPONSE: 'none',
      TOKEN_AUTH_COOKIE_ENABLED: 'yes',
      TOKEN_AUTH_COOKIE_NAME: 'a=b',
      TOKEN_AUTH_BATCH_REPLY: 'repeat',
    });
    expect(stderr.trimEnd().split('\n').sort()).toEqual([
      'DATABASE_URL must be sqlite:<path of a file>, sqlite::memory:, postgres://… or mysql://…',
      'HTTP_ADAPTER must be one of express, fastify',
      'PORT must be a whole number from 0 to 65535',
      expect.stringMatching(/^TOKEN_AUTH_BATCH_REPLY is not known; .*TOKEN_AUTH_BATCH_RESPONSE/),
      'TOKEN_AUTH_BATCH_RESPONSE must be one of blank, repeat, omit',
      'TOKEN_AUTH_COOKIE_ENABLED must be one of true, false',
      'TOKEN_AUTH_COOKIE_NAME must be a name that a cookie can have',
      'TOKEN_AUTH_PATH must be a path such as auth or api/auth',
    ]);
    expect(code).toBe(1);
  });

  it('are all in its README', async () => {
    const { stderr } = await SampleApp.fail(folder, { TOKEN_AUTH_X: '1' });
    const names = stderr.replace('TOKEN_AUTH_X ', '').match(/TOKEN_AUTH_\w+/g);
    expect(names?.length).toBeGreaterThan(18);
    const readme = readFileSync(new URL('../../sample-app/README.md', import.meta.url), 'utf8');
    expect(names?.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('are named where the module refuses a value', async () => {
    const { code, stderr } = await SampleApp.fail(folder, {
      TOKEN_AUTH_TOKEN_LIFESPAN: 'long',
      TOKEN_AUTH_BATCH_REQUEST_LIMIT: '1s',
      TOKEN_AUTH_TOKEN_PEPPER: 'secret',
      TOKEN_AUTH_PASSWORD_COST: '99',
      TOKEN_AUTH_PASSWORD_MIN_LENGTH: 'eight',
    });
    expect(stderr.trimEnd().split('\n').sort()).toEqual([
      'TOKEN_AUTH_BATCH_REQUEST_LIMIT must not be shorter than TOKEN_AUTH_BATCH_REQUEST_BUFFER_THROTTLE',
      'TOKEN_AUTH_PASSWORD_COST must be a whole number from 4 to 31',
      'TOKEN_AUTH_PASSWORD_MIN_LENGTH must be a whole number from 1 to 72',
      expect.stringMatching(/^TOKEN_AUTH_TOKEN_LIFESPAN must be a duration: .*'2 weeks'/),
      'TOKEN_AUTH_TOKEN_PEPPER must have at least 32 characters',
    ]);
    expect(code).toBe(1);
  });

  it('are named where the database is out of reach, without its password', async () => {
    const { code, stderr } = await SampleApp.fail(folder, { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' });
    expect(stderr).toMatch(/^DATABASE_URL names a database that cannot be used: .*ECONNREFUSED.*\n$/);
    expect(stderr).not.toContain('secret');
    expect(code).toBe(1);
  });

  it('are named where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    try {
      const { code, stderr } = await SampleApp.fail(folder, { PORT: String((other.address() as AddressInfo).port) });
      expect(stderr).toMatch(/^HOST and PORT cannot be used: .*EADDRINUSE.*\n$/);
      expect(code).toBe(1);
    } finally {
      other.close();
    }
  });
});

const hasShell =
  'TEST_SKIP_NOTHING' in process.env || ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describe.skipIf(!hasShell)('what the sample application prints (needs bash and curl)', () => {
  it.each([
    ['headers', {}],
    ['a cookie', { TOKEN_AUTH_COOKIE_ENABLED: 'true', TOKEN_AUTH_COOKIE_SECURE: 'false' }],
  ])('works as it is, with %s', async (_carrier, variables: Record<string, string>) => {
    const { printed } = await start({ ...QUICK, ...variables });
    const lines = printed.split('\n').filter((line) => line.startsWith('  '));
    const script = lines.join('\n').replace('sleep 6', 'sleep 1');
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder });
    expect(stdout.match(/HTTP\/1.1 \d+/g)).toEqual(Array.from({ length: 9 }, () => 'HTTP/1.1 200'));
    expect(stdout.match(/"data":\{"waited":300\}/g)).toHaveLength(5);
    const tokens = stdout.match(/^(access-token: \S+|set-cookie: auth_cookie=[^;\s]+)/gim);
    expect(new Set(tokens).size).toBe(3);
  });
});
