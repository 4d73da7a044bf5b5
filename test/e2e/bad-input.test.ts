import { tokenEntityFor } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryPlatform, TestApp, User } from '../support/app.js';
import { bearer, bearerText, cookie, query } from '../support/carriers.js';
import { ProtocolClient, send } from '../support/client.js';
import { DATABASES } from '../support/databases.js';
import { MembersController } from '../support/members.js';
import { sendRaw } from '../support/raw-http.js';

/** Turns a good value into a bad one. JSON carriers can hold any of them. */
const DISTORTIONS: Record<string, (good: string) => unknown> = {
  missing: () => undefined,
  empty: () => '',
  'a space': () => ' ',
  null: () => null,
  'the number 0': () => 0,
  'a number': () => 1e308,
  true: () => true,
  'the text 0': () => '0',
  'an array of it': (good) => [good],
  'an array of arrays': (good) => [[good], [good]],
  'an empty object': () => ({}),
  'an operator': (good) => ({ $ne: good }),
  'itself with a null byte': (good) => `${good}\0`,
  'a null byte': () => '\0',
  'itself with a space behind': (good) => `${good} `,
  'itself with a space before': (good) => ` ${good}`,
  'itself in the other case': (good) => (/[a-z]/.test(good) ? good.toUpperCase() : good.toLowerCase()),
  'a wildcard': () => '%',
  SQL: () => `' OR '1'='1' -- `,
  'a backslash and a quote': () => `\\' OR 1=1 # `,
  'a lone high surrogate': (good) => `${good}\ud800`,
  'a lone low surrogate': () => '\udc00',
  'an emoji': () => '🦊',
  'line breaks': (good) => `${good}\r\nset-cookie: a=b`,
  '2 KB': () => 'a'.repeat(2000),
  'itself twice': (good) => `${good}, ${good}`,
  __proto__: () => '__proto__',
  constructor: () => 'constructor',
};
const VALUES = ['access-token', 'client', 'uid'] as const;

const REFUSED = [
  [401, { errors: ['You need to sign in or sign up before continuing.'] }],
  [404, { success: false, errors: ['User was not found or was not logged in.'] }],
  [401, { success: false, errors: ['Invalid login credentials'] }],
];

/** What is not a JSON object with the three values, whatever carries it. */
const NOT_CREDENTIALS: Record<string, string> = {
  'broken JSON': '{"uid":',
  nothing: '',
  null: 'null',
  true: 'true',
  'a number': '5',
  'a text': '"access-token"',
  'an array': '[1]',
  'an array of objects': '[{"access-token":"a","client":"b","uid":"c"}]',
  'an empty object': '{}',
  'a prototype': '{"__proto__":{"access-token":"a","client":"b","uid":"polluted"}}',
  'a constructor': '{"constructor":{"prototype":{"access-token":"a","client":"b","uid":"polluted"}}}',
  'what every object has': '{"access-token":{"toString":1},"client":"toString","uid":"valueOf"}',
  'depth 1500': '['.repeat(1500) + ']'.repeat(1500),
  'an endless object': '{"a":'.repeat(500),
  'broken UTF-8': '\xff\xfe\xfd',
};

onEveryPlatform('bad credentials', (platform) => {
  let app: TestApp;
  let good: Record<(typeof VALUES)[number], string>;
  let before: unknown;

  beforeAll(async () => {
    const auth = { queryEnabled: true, cookieEnabled: true };
    app = await TestApp.start(platform, { auth, controllers: [MembersController] });
    const { headers } = await ProtocolClient.signedIn(app);
    good = JSON.parse(decodeURIComponent(headers['cookie']?.split('=', 2)[1] ?? '')) as typeof good;
  });
  afterAll(() => app.close());

  /** Everything that a request could have changed. */
  const stored = async () => [await app.rows(), await app.dataSource.getRepository(User).find()];
  beforeEach(async () => {
    before = await stored();
  });

  function distorted(name: (typeof VALUES)[number], kind: string): Record<string, unknown> {
    const { 'access-token': token, client, uid } = good;
    return { 'access-token': token, client, uid, [name]: DISTORTIONS[kind]?.(good[name]) };
  }

  async function outcomeOf(headers: Record<string, string>): Promise<unknown[]> {
    const answers = [
      await send(`${app.url}/members`, { headers }),
      await send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers }),
      await send(`${app.url}/auth/validate_token`, { headers }),
    ];
    return answers.map(({ status, body }) => [status, body] as const);
  }

  // A sign-out does not look at the uid: the token alone tells the client.
  it.each(['access-token', 'client'] as const)('%s in the Bearer and in the cookie', async (name) => {
    for (const kind of Object.keys(DISTORTIONS)) {
      for (const carrier of [bearer, cookie])
        expect([kind, await outcomeOf(carrier(distorted(name, kind)))]).toEqual([kind, REFUSED]);
    }
    expect(await stored()).toStrictEqual(before);
  });

  it('uid in the Bearer and in the cookie', async () => {
    for (const kind of Object.keys(DISTORTIONS)) {
      for (const carrier of [bearer, cookie]) {
        const answer = await send(`${app.url}/members`, { headers: carrier(distorted('uid', kind)) });
        expect([kind, answer.status]).toEqual([kind, 401]);
      }
    }
    expect(await stored()).toStrictEqual(before);
  });

  it('what is not credentials, in the Bearer and in the cookie', async () => {
    for (const [kind, text] of Object.entries(NOT_CREDENTIALS)) {
      const encoded = encodeURIComponent(text);
      expect([kind, await outcomeOf(bearerText(text))]).toEqual([kind, REFUSED]);
      expect([kind, await outcomeOf({ cookie: `__Host-auth_cookie=${encoded}` })]).toEqual([kind, REFUSED]);
      expect([kind, await outcomeOf({ cookie: `__Host-auth_cookie="${encoded}"` })]).toEqual([kind, REFUSED]);
    }
    expect(await stored()).toStrictEqual(before);
  });

  it('what is not even encoded, as Bearer and as cookie', async () => {
    for (const text of ['%', '*', 'a', '=', '====', 'e30', '%E0%A4%A', '{', '_-_-', '"', 'e30= e30=']) {
      expect([text, await outcomeOf({ authorization: `Bearer ${text}` })]).toEqual([text, REFUSED]);
      expect([text, await outcomeOf({ cookie: `__Host-auth_cookie=${text}` })]).toEqual([text, REFUSED]);
    }
    expect(await stored()).toStrictEqual(before);
  });

  it.each(VALUES)('%s in the headers: distorted, or twice', async (name) => {
    const linesOf = (values: Record<string, unknown>) =>
      Object.entries(values).map(([key, value]) => `${key}: ${String(value)}`);
    for (const kind of ['missing', 'empty', 'a space', 'the text 0', 'itself in the other case', 'a wildcard', 'SQL']) {
      const values = distorted(name, kind);
      if (kind === 'missing') delete values[name];
      expect([kind, (await sendRaw(app.url, '/members', linesOf(values))).status]).toEqual([kind, 401]);
    }
    const twice = [...linesOf(good), `${name}: ${good[name]}`];
    expect((await sendRaw(app.url, '/members', twice)).status).toBe(401);
    const empty = [...linesOf(good), `${name}:`];
    expect((await sendRaw(app.url, '/members', empty)).status).toBe(401);
    const bytes = linesOf({ ...good, [name]: '\xff\xfe\x80' });
    expect((await sendRaw(app.url, '/members', bytes)).status).toBe(401);
    const nullByte = linesOf({ ...good, [name]: `${good[name]}\0` });
    expect([400, 401]).toContain((await sendRaw(app.url, '/members', nullByte)).status);
    expect(await stored()).toStrictEqual(before);
  });

  it('two Authorization headers and two cookies', async () => {
    const { authorization = '' } = bearer(distorted('client', 'SQL'));
    const lines = [`Authorization: ${authorization}`, `Authorization: ${authorization}`];
    expect((await sendRaw(app.url, '/members', lines)).status).toBe(401);
    const { cookie: value = '' } = cookie(distorted('client', 'SQL'));
    expect((await sendRaw(app.url, '/members', [`Cookie: ${value}`, `Cookie: ${value}`])).status).toBe(401);
    expect(await stored()).toStrictEqual(before);
  });

  it.each(VALUES)('%s in the query: distorted, as an array, as an object, twice', async (name) => {
    const { [name]: value, ...others } = { ...good };
    const rest = query(others);
    const encoded = encodeURIComponent(value);
    for (const bad of [
      '',
      `&${name}=`,
      `&${name}`,
      `&${name}=0`,
      `&${name}=undefined`,
      `&${name}=%00`,
      `&${name}=${encoded}%00`,
      `&${name}=${encoded}%20`,
      `&${name}[]=${encoded}`,
      `&${name}[0]=${encoded}`,
      `&${name}[$ne]=x`,
      `&${name}[__proto__][uid]=polluted`,
      `&__proto__[${name}]=${encoded}`,
      `&constructor[prototype][${name}]=${encoded}`,
      `&${name}=${encoded}&${name}=${encoded}`,
      `&${name}=%F0%9F%A6%8A`,
      `&${name}=%ED%A0%80`,
      `&${name}=${'a'.repeat(5000)}`,
    ]) {
      const { status } = await send(`${app.url}/members${rest}${bad}`);
      expect([bad, status]).toEqual([bad, 401]);
    }
    const broken = await send(`${app.url}/members${rest}&${name}=%E0%A4%A`);
    expect([400, 401]).toContain(broken.status);
    expect(await stored()).toStrictEqual(before);
  });

  it.each(['access-token', 'Authorization: Bearer', 'Cookie: __Host-auth_cookie=', 'path'])(
    '8 KB and 1 MB in %s',
    async (where) => {
      const request = async (text: string) => {
        if (where === 'path') return await sendRaw(app.url, `/members?access-token=${text}&client=a&uid=a`, []);
        return await sendRaw(app.url, '/members', [where.includes(':') ? `${where} ${text}` : `${where}: ${text}`]);
      };
      expect((await request('a'.repeat(8000))).status).toBe(401);
      // Node itself refuses this, and may hang up before everything has been sent.
      const status = await request('a'.repeat(2 ** 20)).then(
        (answer) => answer.status,
        () => 'hung up',
      );
      expect([431, 414, 'hung up']).toContain(status);
      expect(await stored()).toStrictEqual(before);
    },
  );

  it('depth 10,000 in the Bearer and the cookie', async () => {
    const deep = '['.repeat(10_000);
    expect(await outcomeOf(bearerText(deep))).toEqual(REFUSED);
    expect((await sendRaw(app.url, '/members', [`Cookie: __Host-auth_cookie=${deep}`])).status).toBe(401);
    expect((await sendRaw(app.url, '/members', [`Cookie: ${'a=b; '.repeat(2500)}`])).status).toBe(401);
    expect(await stored()).toStrictEqual(before);
  });

  it('after all of this the client is still signed in', async () => {
    expect((await send(`${app.url}/members`, { headers: bearer(good) })).status).toBe(200);
    expect(await stored()).not.toStrictEqual(before);
    expect(({} as { uid?: unknown }).uid).toBeUndefined();
  });
});

it.runIf(DATABASES.includes('mysql'))('a client outside the character set of its table is unknown', async () => {
  const platform = { adapter: 'express', database: 'mysql' } as const;
  const app = await TestApp.start(platform, { controllers: [MembersController] });
  try {
    const { headers } = await ProtocolClient.justSignedIn(app);
    const table = app.dataSource.getMetadata(tokenEntityFor(User)).tableName;
    await app.dataSource.query(`ALTER TABLE ${table} CONVERT TO CHARACTER SET latin1`);
    for (const client of ['🦊', 'ж', 'é']) {
      const answer = await send(`${app.url}/members`, { headers: bearer({ ...headers, client }) });
      expect([client, answer.status]).toEqual([client, 401]);
    }
    expect((await send(`${app.url}/members`, { headers })).status).toBe(200);
  } finally {
    await app.close();
  }
});
