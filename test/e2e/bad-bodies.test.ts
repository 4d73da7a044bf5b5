import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryPlatform, TestApp, User } from '../support/app.js';
import { send, sendJson } from '../support/client.js';

const ACCOUNT = { email: 'ada@example.com', password: 'correct horse' };

/** What may stand for an e-mail address or a password in JSON, and is neither. */
const BAD_VALUES: Record<string, unknown> = {
  missing: undefined,
  null: null,
  empty: '',
  blank: ' \t\n',
  'the number 0': 0,
  'a number': 12345678,
  true: true,
  false: false,
  'an array': [ACCOUNT.email],
  'an empty array': [],
  'an object': { $ne: '' },
  'a method': { toString: 'x', length: 10 },
  'a null byte': '\0',
  'a null byte at the end': `${ACCOUNT.email}\0`,
  'a lone surrogate': 'a\ud800@example.com',
  SQL: `' OR '1'='1' -- `,
  'line breaks': 'a@example.com\r\nbcc: b@example.com',
  '90 KB': 'a'.repeat(90_000),
};

/** Whole bodies with their type. */
const BAD_BODIES: Record<string, [type: string | null, body: string | undefined]> = {
  'no body': [null, undefined],
  'no body, declared as JSON': ['application/json', undefined],
  'an empty object': ['application/json', '{}'],
  null: ['application/json', 'null'],
  'a text': ['application/json', '"email"'],
  'a number': ['application/json', '5'],
  'an array': ['application/json', `[${JSON.stringify(ACCOUNT)}]`],
  'broken JSON': ['application/json', '{"email":'],
  'a form declared as JSON': ['application/json', 'email=ada%40example.com&password=correct+horse'],
  'a nested user': ['application/json', JSON.stringify({ user: ACCOUNT })],
  'a prototype': ['application/json', `{"__proto__":${JSON.stringify(ACCOUNT)}}`],
  'a constructor': ['application/json', `{"constructor":{"prototype":${JSON.stringify(ACCOUNT)}}}`],
  'depth 10,000': ['application/json', `{"email":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  'broken UTF-8': ['application/json', '{"email":"\xff\xfe"}'],
  'plain text': ['text/plain', JSON.stringify(ACCOUNT)],
  XML: ['application/xml', '<email>ada@example.com</email>'],
  'a type that is none': ['nonsense', JSON.stringify(ACCOUNT)],
  'an empty form': ['application/x-www-form-urlencoded', ''],
  'a nested form': ['application/x-www-form-urlencoded', 'user[email]=ada%40example.com&user[password]=correct+horse'],
  'a form with arrays': ['application/x-www-form-urlencoded', 'email[]=ada%40example.com&password[]=correct+horse'],
  'a form with a value twice': [
    'application/x-www-form-urlencoded',
    'email=ada%40example.com&email=ada%40example.com&password=correct+horse',
  ],
  'a form with null bytes': [
    'application/x-www-form-urlencoded',
    'email=ada%40example.com%00&password=correct+horse%00',
  ],
  'a form with broken escapes': ['application/x-www-form-urlencoded', 'email=%E0%A4%A&password=%'],
  'a form with a prototype': ['application/x-www-form-urlencoded', '__proto__[email]=ada%40example.com'],
  'a multipart form': [
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\r\n',
  ],
  '1 MB': ['application/json', JSON.stringify({ ...ACCOUNT, email: 'a'.repeat(2 ** 20) })],
  '1 MB in a form': ['application/x-www-form-urlencoded', `email=ada%40example.com&password=${'a'.repeat(2 ** 20)}`],
};

/** 413 and 415 come from the platform, 400 from its parsers. */
const REFUSALS = [400, 401, 413, 415, 422];

onEveryPlatform('bad bodies', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform);
    await sendJson(`${app.url}/auth`, 'POST', ACCOUNT);
  });
  afterAll(() => app.close());

  const stored = async () => [await app.rows(), await app.dataSource.getRepository(User).find()];

  it.each(['email', 'password'])('a sign-up with a bad %s is refused as invalid', async (name) => {
    const before = await stored();
    for (const [kind, value] of Object.entries(BAD_VALUES)) {
      const body = { email: 'new@example.com', password: 'correct horse', [name]: value };
      // Any text of the right length is a password, however odd.
      if (name === 'password' && ['a null byte at the end', 'a lone surrogate', 'SQL', 'line breaks'].includes(kind)) {
        continue;
      }
      const answer = await sendJson(`${app.url}/auth`, 'POST', body);
      expect([kind, answer.status]).toEqual([kind, 422]);
      expect(answer.body.errors[name]).toHaveLength(1);
      expect(Object.keys(answer.body.errors)).toEqual([name, 'full_messages']);
    }
    expect(await stored()).toStrictEqual(before);
  });

  it.each(['email', 'password'])('a sign-in with a bad %s is refused', async (name) => {
    const before = await stored();
    for (const [kind, value] of Object.entries(BAD_VALUES)) {
      const answer = await sendJson(`${app.url}/auth/sign_in`, 'POST', { ...ACCOUNT, [name]: value });
      expect([kind, answer.status]).toEqual([kind, 401]);
      expect(answer.body).toEqual({ success: false, errors: ['Invalid login credentials. Please try again.'] });
    }
    expect(await stored()).toStrictEqual(before);
  });

  it('a password confirmation of another type is none', async () => {
    for (const confirmation of [['correct horse'], { a: 1 }, 0, true, '', 'correct horse\0']) {
      const body = { email: 'new@example.com', password: 'correct horse', password_confirmation: confirmation };
      const { status, body: answer } = await sendJson(`${app.url}/auth`, 'POST', body);
      expect([confirmation, status]).toEqual([confirmation, 422]);
      expect(answer.errors.password_confirmation).toEqual(["doesn't match Password"]);
    }
  });

  it.each(['/auth', '/auth/sign_in'])('POST %s refuses whatever is not a flat object of texts', async (path) => {
    const before = await stored();
    for (const [kind, [type, body]] of Object.entries(BAD_BODIES)) {
      const init = { method: 'POST', headers: type === null ? {} : { 'content-type': type }, body: body ?? null };
      const { status, body: answer } = await send(app.url + path, init);
      expect([kind, status, REFUSALS.includes(status)]).toEqual([kind, status, true]);
      expect([kind, typeof answer]).toEqual([kind, 'object']);
    }
    expect(await stored()).toStrictEqual(before);
    expect(({} as { email?: unknown }).email).toBeUndefined();
    expect((await sendJson(`${app.url}/auth/sign_in`, 'POST', ACCOUNT)).status).toBe(200);
  });

  it.each(['', '/auth', '/auth/sign_in', '/auth/sign_out', '/auth/validate_token'])(
    'other methods on %s are no fault of the server',
    async (path) => {
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) {
        const { status } = await send(app.url + path, { method });
        expect([method, status, status >= 400 && status < 500]).toEqual([method, status, true]);
      }
    },
  );
});

onEveryPlatform('bad passwords of accounts that exist', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform);
  });
  afterAll(() => app.close());

  it.each([
    'a lone \ud800 surrogate',
    '🦊🦊🦊🦊🦊🦊🦊🦊',
    ' leading and trailing ',
    'line\r\nbreaks',
    `' or '1'='1' -- `,
    'ｆｕｌｌｗｉｄｔｈ',
  ])('any text is a password and is verified exactly: %j', async (password) => {
    const email = `${Math.random().toString(36).slice(2)}@example.com`;
    expect((await sendJson(`${app.url}/auth`, 'POST', { email, password })).status).toBe(200);
    const signIn = async (given: string) =>
      (await sendJson(`${app.url}/auth/sign_in`, 'POST', { email, password: given })).status;
    expect(await signIn(password)).toBe(200);
    const others = [`${password} `, `${password}\0`, password.slice(1), password.normalize('NFKC').toUpperCase()];
    for (const other of others.filter((each) => each !== password)) {
      expect([other, await signIn(other)]).toEqual([other, 401]);
    }
  });
});
