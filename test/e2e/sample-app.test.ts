import { execFile, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ProtocolClient, send, sendJson, told, type Answer } from '../support/client.js';
import { SampleApps, type SampleApp } from '../support/sample-app.js';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const BUFFER = 200;
const QUICK = { TOKEN_AUTH_BATCH_REQUEST_BUFFER_THROTTLE: String(BUFFER) };

const apps = new SampleApps();

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
    const { url } = await apps.start({ HTTP_ADAPTER: adapter, ...QUICK });
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
    const ada = await signedUp(await apps.start({ HTTP_ADAPTER: adapter }));
    for (const query of ['', '?ms=', '?ms=-1', '?ms=60001', '?ms=1.5', '?ms=1e3', '?ms=1&ms=1']) {
      expect([query, (await ada.go(`/demo/slow${query}`)).status]).toEqual([query, 400]);
    }
    expect((await ada.go('/demo/slow?ms=0')).body).toEqual({ data: { waited: 0 } });
  });

  it('lets pages of other origins send and read the auth headers', async () => {
    const { url } = await apps.start({ HTTP_ADAPTER: adapter });
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
    const first = await apps.start(variables);
    const ada = await signedUp(first);
    await batchCloses();
    const slow = ada.go('/demo/slow?ms=1000');
    await sleep(500);
    expect(await first.stop()).toBe('SIGTERM');
    expect(briefly([await slow])).toEqual(['200 token']);

    const second = await apps.start(variables);
    await batchCloses();
    const after = new ProtocolClient(second, ada.headers);
    expect(briefly([await after.go('/demo/members_only')])).toEqual(['200 token']);
  });
});

const hasShell =
  'TEST_SKIP_NOTHING' in process.env || ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describe.skipIf(!hasShell)('what the sample application prints (needs bash and curl)', () => {
  const confirmable = { TOKEN_AUTH_CONFIRMABLE: 'true', TOKEN_AUTH_REQUIRE_CLIENT_PASSWORD_RESET_TOKEN: 'false' };
  it.each([
    ['headers', [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200], 4, {}],
    [
      'a cookie',
      [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200],
      4,
      { TOKEN_AUTH_COOKIE_ENABLED: 'true', TOKEN_AUTH_COOKIE_SECURE: 'false' },
    ],
    ['confirmation', [200, 302, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200], 3, confirmable],
  ])('works as it is, with %s', async (_name, statuses, tokenCount, variables: Record<string, string>) => {
    const { printed } = await apps.start({ ...QUICK, ...variables });
    const lines = printed.split('\n').filter((line) => line.startsWith('  '));
    const script = lines.join('\n').replace('sleep 6', 'sleep 1');
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: apps.folder });
    expect(stdout.match(/HTTP\/1.1 \d+/g)).toEqual(statuses.map((status) => `HTTP/1.1 ${status}`));
    expect(stdout.match(/"data":\{"waited":300\}/g)).toHaveLength(5);
    const tokens = stdout.match(/^(access-token: \S+|set-cookie: auth_cookie=[^;\s]+)/gim);
    expect(new Set(tokens).size).toBe(tokenCount);
  });

  it('is nothing about mails in production', async () => {
    const { printed } = await apps.start({ NODE_ENV: 'production' });
    expect(printed).toContain('/demo/slow');
    expect(printed).not.toMatch(/demo\/mails|newest_link|password -d/);
  });
});
