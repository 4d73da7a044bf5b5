import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { send, sendJson } from '../support/client.js';
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
      TOKEN_AUTH_CHECK_CURRENT_PASSWORD_BEFORE_UPDATE: 'attributes',
      TOKEN_AUTH_REQUIRE_CLIENT_PASSWORD_RESET_TOKEN: 'true',
      TOKEN_AUTH_RESET_PASSWORD_WITHIN: '1 hour',
      TOKEN_AUTH_PARANOID: 'false',
      TOKEN_AUTH_CONFIRMABLE: 'true',
      TOKEN_AUTH_CONFIRM_WITHIN: '1 day',
      TOKEN_AUTH_ALLOW_UNCONFIRMED_ACCESS_FOR: 'forever',
      TOKEN_AUTH_LOCKABLE: 'true',
      TOKEN_AUTH_MAXIMUM_ATTEMPTS: '1',
      TOKEN_AUTH_UNLOCK_STRATEGY: 'email',
      TOKEN_AUTH_UNLOCK_IN: '30 minutes',
      TOKEN_AUTH_THROTTLE_SIGN_IN: 'true',
      TOKEN_AUTH_THROTTLE_ACCOUNT_LIMIT: '3',
      TOKEN_AUTH_THROTTLE_ADDRESS_LIMIT: '50',
      TOKEN_AUTH_THROTTLE_WINDOW: '5m',
      TOKEN_AUTH_PUBLIC_URL: 'https://api.example.com/accounts',
      TOKEN_AUTH_REDIRECT_ALLOWLIST: 'https://app.example.com, myapp://reset',
      TOKEN_AUTH_TRUSTED_ORIGINS: 'https://app.example.com,https://admin.example.com',
      TOKEN_AUTH_DEFAULT_CONFIRM_SUCCESS_URL: 'https://app.example.com/welcome',
      TOKEN_AUTH_DEFAULT_PASSWORD_RESET_URL: 'https://app.example.com/reset',
      TOKEN_AUTH_UNLOCK_SUCCESS_URL: 'https://app.example.com/unlocked',
      TOKEN_AUTH_DEFAULT_LANGUAGE: 'en',
      DATABASE_URL: 'sqlite::memory:',
    });
    const short = await sendJson(`${url}/api/auth`, 'POST', { ...ADA, password: '123456789' });
    expect(short.body.errors.password).toEqual(['is too short (minimum is 10 characters)']);
    const signUp = await sendJson(`${url}/api/auth`, 'POST', ADA, { origin: 'https://app.example.com' });
    expect(signUp.headers.get('set-cookie')).toMatch(/^session=[^;]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(signUp.headers.get('access-control-allow-credentials')).toBe('true');
    const originAllowedTo = async (origin: string) =>
      (await send(`${url}/demo/members_only`, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await originAllowedTo('https://admin.example.com')).toBe('https://admin.example.com');
    expect(await originAllowedTo('https://evil.example.com')).toBeNull();

    const cookie = signUp.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const update = await sendJson(`${url}/api/auth`, 'PUT', { name: 'Ada' }, { cookie });
    expect(update.body.errors.current_password).toEqual(["can't be blank"]);
    const wanted = async (body: object) => (await sendJson(`${url}/api/auth/password`, 'POST', body)).status;
    expect(await wanted({ email: 'nobody@example.com' })).toBe(404);
    expect(await wanted({ email: ADA.email, redirect_url: 'http://localhost:3000' })).toBe(422);
    expect(await wanted({ email: ADA.email })).toBe(200);
    expect(await wanted({ email: ADA.email, redirect_url: 'myapp://reset/now' })).toBe(200);
    const signIn = async (email: string) =>
      await sendJson(`${url}/api/auth/sign_in`, 'POST', { email, password: 'wrong' });
    expect((await signIn(ADA.email)).status).toBe(401);
    for (let count = 1; count <= 3; count++) expect((await signIn('nobody@example.com')).status).toBe(401);
    const throttled = await signIn('nobody@example.com');
    expect([throttled.status, Number(throttled.headers.get('retry-after')) <= 300]).toEqual([429, true]);

    const links = (await send(`${url}/demo/mails?to=${ADA.email}`)).body.map(({ body }: { body: string }) => {
      const [link = ''] = /https:\S+/.exec(body) ?? [];
      return [link.split('?', 1)[0], new URLSearchParams(link.split('?')[1]).get('redirect_url')];
    });
    expect(links).toEqual([
      ['https://api.example.com/accounts/confirmation', 'https://app.example.com/welcome'],
      ['https://api.example.com/accounts/password/edit', 'https://app.example.com/reset'],
      ['https://api.example.com/accounts/password/edit', 'myapp://reset/now'],
      ['https://api.example.com/accounts/unlock', null],
    ]);
  });

  it('are named where something needs mails that are not sent', async () => {
    const { stderr } = await apps.fail({
      NODE_ENV: 'production',
      TOKEN_AUTH_CONFIRMABLE: 'true',
      TOKEN_AUTH_LOCKABLE: 'true',
      TOKEN_AUTH_UNLOCK_STRATEGY: 'email',
    });
    expect(stderr.trimEnd().split('\n').sort()).toEqual([
      'TOKEN_AUTH_CONFIRMABLE needs mails: give TOKEN_AUTH_MAIL_TRANSPORT or a mailer',
      "TOKEN_AUTH_UNLOCK_STRATEGY must be 'time' where no mails are sent",
    ]);
  });

  it('say where the application listens, and so what links begin with', async () => {
    const { url } = await apps.start({ HOST: '0.0.0.0', TOKEN_AUTH_PATH: 'api' });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await sendJson(`${url}/api`, 'POST', ADA);
    await sendJson(`${url}/api/password`, 'POST', { email: ADA.email, redirect_url: `${url}/demo/landing` });
    const { body } = await send(`${url}/demo/mails?to=${ADA.email}`);
    expect(body[0].body).toContain(`\n${url}/api/password/edit?`);
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
      TOKEN_AUTH_CHECK_CURRENT_PASSWORD_BEFORE_UPDATE: 'always',
      HOST: 'a b',
    });
    expect(stderr.trimEnd().split('\n').sort()).toEqual([
      'DATABASE_URL must be sqlite:<path of a file>, sqlite::memory:, postgres://… or mysql://…',
      'HOST must be a host name or an IP address',
      'HTTP_ADAPTER must be one of express, fastify',
      'PORT must be a whole number from 0 to 65535',
      expect.stringMatching(/^TOKEN_AUTH_BATCH_REPLY is not known; .*TOKEN_AUTH_BATCH_RESPONSE/),
      'TOKEN_AUTH_BATCH_RESPONSE must be one of blank, repeat, omit',
      'TOKEN_AUTH_CHECK_CURRENT_PASSWORD_BEFORE_UPDATE must be one of attributes, password, false',
      'TOKEN_AUTH_COOKIE_ENABLED must be one of true, false',
      'TOKEN_AUTH_COOKIE_NAME must be a name that a cookie can have',
      'TOKEN_AUTH_PATH must be a path such as auth or api/auth',
    ]);
    expect(code).toBe(1);
  });

  it('are all in its README', async () => {
    const { stderr } = await apps.fail({ TOKEN_AUTH_X: '1' });
    const known = stderr.replace('TOKEN_AUTH_X ', '').match(/TOKEN_AUTH_\w+/g) ?? [];
    const readme = readFileSync(new URL('../../sample-app/README.md', import.meta.url), 'utf8');
    const described = [...readme.matchAll(/^\| `(TOKEN_AUTH_\w+)` \|/gm)].map(([, name]) => name);
    expect(known).toContain('TOKEN_AUTH_REDIRECT_ALLOWLIST');
    expect(described).toHaveLength(known.length);
    expect(new Set(described)).toEqual(new Set(known));
  });

  it('are named where the module refuses a value', async () => {
    const { code, stderr } = await apps.fail({
      TOKEN_AUTH_TOKEN_LIFESPAN: 'long',
      TOKEN_AUTH_BATCH_REQUEST_LIMIT: '1s',
      TOKEN_AUTH_TOKEN_PEPPER: 'secret',
      TOKEN_AUTH_PASSWORD_COST: '99',
      TOKEN_AUTH_PASSWORD_MIN_LENGTH: 'eight',
      TOKEN_AUTH_MAIL_TRANSPORT: 'mail.example.com:secret',
      TOKEN_AUTH_MAXIMUM_ATTEMPTS: '0',
      TOKEN_AUTH_UNLOCK_IN: 'soon',
      TOKEN_AUTH_PUBLIC_URL: 'example.com',
      TOKEN_AUTH_REDIRECT_ALLOWLIST: 'https://app.example.com,https://*.com',
      TOKEN_AUTH_TRUSTED_ORIGINS: 'app.example.com',
      TOKEN_AUTH_DEFAULT_LANGUAGE: 'tlh',
    });
    expect(stderr.trimEnd().split('\n').sort()).toEqual([
      'TOKEN_AUTH_BATCH_REQUEST_LIMIT must not be shorter than TOKEN_AUTH_BATCH_REQUEST_BUFFER_THROTTLE',
      "TOKEN_AUTH_DEFAULT_LANGUAGE must be one of languages, which has no 'tlh'",
      expect.stringMatching(/^TOKEN_AUTH_MAIL_TRANSPORT must be a URL such as 'smtps:\/\/mail\.example\.com'/),
      'TOKEN_AUTH_MAXIMUM_ATTEMPTS must be a whole number of 1 or more',
      'TOKEN_AUTH_PASSWORD_COST must be a whole number from 4 to 31',
      'TOKEN_AUTH_PASSWORD_MIN_LENGTH must be a whole number from 1 to 72',
      'TOKEN_AUTH_PUBLIC_URL must be an absolute URL',
      expect.stringMatching(/^TOKEN_AUTH_REDIRECT_ALLOWLIST must be a list of URLs: 'https:\/\/\*\.com'/),
      expect.stringMatching(/^TOKEN_AUTH_TOKEN_LIFESPAN must be a duration: .*'2 weeks'/),
      'TOKEN_AUTH_TOKEN_PEPPER must have at least 32 characters',
      "TOKEN_AUTH_TRUSTED_ORIGINS must name origins such as 'https://app.example.com', not 'app.example.com'",
      expect.stringMatching(/^TOKEN_AUTH_UNLOCK_IN must be a duration: /),
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
