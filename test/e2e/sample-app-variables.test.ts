import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sendJson } from '../support/client.js';
import { SampleApps } from '../support/sample-app.js';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };

const apps = new SampleApps();

describe('the variables of the sample application', () => {
  it('are there for every option that a text can hold', async () => {
    const { url } = await apps.start({
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
    const { code, stderr } = await apps.fail({
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
    const { stderr } = await apps.fail({ TOKEN_AUTH_X: '1' });
    const names = stderr.replace('TOKEN_AUTH_X ', '').match(/TOKEN_AUTH_\w+/g);
    expect(names?.length).toBeGreaterThan(18);
    const readme = readFileSync(new URL('../../sample-app/README.md', import.meta.url), 'utf8');
    expect(names?.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('are named where the module refuses a value', async () => {
    const { code, stderr } = await apps.fail({
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
    const { code, stderr } = await apps.fail({ DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' });
    expect(stderr).toMatch(/^DATABASE_URL names a database that cannot be used: .*ECONNREFUSED.*\n$/);
    expect(stderr).not.toContain('secret');
    expect(code).toBe(1);
  });

  it('are named where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    try {
      const { code, stderr } = await apps.fail({ PORT: String((other.address() as AddressInfo).port) });
      expect(stderr).toMatch(/^HOST and PORT cannot be used: .*EADDRINUSE.*\n$/);
      expect(code).toBe(1);
    } finally {
      other.close();
    }
  });
});
