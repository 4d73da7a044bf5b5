import { signInAs } from 'nestjs-token-auth/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { on, onEveryDatabase, type PlatformTests, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, send, sendJson, told, type Answer } from '../support/client.js';
import { startMembers } from '../support/rotation.js';

const FORTNIGHT = 14 * 86_400;
const ATTRIBUTES = `; Max-Age=${FORTNIGHT}; Path=/; HttpOnly; Secure; SameSite=Lax`;
const CLEARED = '__Host-auth_cookie=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax';

/** What a response does with the cookie. */
function cookieOf(answer: Answer): { name: string; values: Record<string, string>; attributes: string } | null {
  const [cookie, ...more] = answer.headers.getSetCookie();
  expect(more).toEqual([]);
  if (cookie === undefined) return null;
  const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(cookie) ?? [];
  return { name, attributes, values: value === '' ? {} : JSON.parse(decodeURIComponent(value)) };
}

/** A browser that keeps one cookie. */
class Browser {
  cookie = '';

  constructor(private readonly app: TestApp) {}

  static async signedIn(app: TestApp): Promise<Browser> {
    const browser = new Browser(app);
    browser.cookie = (await signInAs(app.nest, await app.user()))['cookie'] ?? '';
    app.clock.advance('10s');
    return browser;
  }

  async peek(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { ...(init.headers as object), cookie: this.cookie };
    return await send(this.app.url + path, { ...init, headers });
  }

  async go(path: string): Promise<Answer> {
    const answer = await this.peek(path);
    const [cookie] = answer.headers.getSetCookie();
    if (cookie !== undefined) this.cookie = cookie.split(';', 1)[0] ?? '';
    return answer;
  }
}

const cookieMode: PlatformTests = (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startMembers(platform, { cookieEnabled: true });
  });
  afterAll(() => app.close());

  it('sets one cookie at sign-up and sign-in, and no auth headers', async () => {
    const account = { email: 'ada@example.com', password: 'correct horse' };
    for (const path of ['/auth', '/auth/sign_in']) {
      const answer = await sendJson(app.url + path, 'POST', account);
      expect([answer.status, told(answer)]).toEqual([200, 'nothing']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const cookie = cookieOf(answer);
      expect(cookie).toEqual({
        name: '__Host-auth_cookie',
        attributes: ATTRIBUTES,
        values: {
          'access-token': expect.stringMatching(/^[\w-]{70}$/),
          'token-type': 'Bearer',
          client: expect.stringMatching(/^[0-9a-f]{32}$/),
          expiry: String(app.clock.now() / 1000 + FORTNIGHT),
          uid: 'ada@example.com',
        },
      });
      expect(JSON.stringify(answer.body)).not.toContain(cookie?.values['access-token']);
    }
  });

  it('sets it when the token rotates, with the new token, and leaves it alone in a batch', async () => {
    const browser = await Browser.signedIn(app);
    const first = browser.cookie;
    const leader = await browser.go('/members');
    expect([leader.status, told(leader), cookieOf(leader)?.attributes]).toEqual([200, 'nothing', ATTRIBUTES]);
    expect(browser.cookie).not.toBe(first);
    for (const cookie of [browser.cookie, first]) {
      const member = await browser.peek('/members', { headers: { cookie } });
      expect([member.status, told(member), cookieOf(member)]).toEqual([200, 'nothing', null]);
    }
    app.clock.advance('10s');
    expect(cookieOf(await browser.go('/members'))).not.toBeNull();
  });

  it('forgives a lost response', async () => {
    const browser = await Browser.signedIn(app);
    const lost = cookieOf(await browser.peek('/members'));
    app.clock.advance('1 hour');
    const retry = await browser.go('/members');
    expect([retry.status, cookieOf(retry)]).toEqual([200, lost]);
  });

  it('clears it at sign-out', async () => {
    const browser = await Browser.signedIn(app);
    const answer = await browser.peek('/auth/sign_out', { method: 'DELETE' });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, [CLEARED]]);
    expect((await browser.peek('/members')).status).toBe(401);
  });

  it('clears it once its client has ended', async () => {
    const browser = await Browser.signedIn(app);
    const old = browser.cookie;
    await browser.go('/members');
    app.clock.advance('10s');
    await browser.go('/members');
    const current = browser.cookie;
    browser.cookie = old;
    const reused = await browser.peek('/members', FROM_ELSEWHERE);
    expect([reused.status, reused.headers.getSetCookie()]).toEqual([401, [CLEARED]]);
    browser.cookie = current;
    const ended = await browser.peek('/members');
    expect([ended.status, ended.headers.getSetCookie()]).toEqual([401, [CLEARED]]);
  });

  it('clears it when it has expired', async () => {
    const browser = await Browser.signedIn(app);
    app.clock.advance('14 days');
    const answer = await browser.peek('/members');
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, [CLEARED]]);
  });

  it('leaves it alone when a straggler of the same device is refused', async () => {
    const browser = await Browser.signedIn(app);
    const old = browser.cookie;
    await browser.go('/members');
    app.clock.advance('10s');
    await browser.go('/members');
    const straggler = await browser.peek('/members', { headers: { cookie: old } });
    expect(straggler.status).toBe(200);
    browser.cookie = old;
    const refused = await browser.peek('/members');
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []]);
  });

  it('leaves a request without a cookie alone', async () => {
    const answer = await send(`${app.url}/members`);
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []]);
  });
};

onEveryDatabase('cookie mode', cookieMode);
on({ adapter: 'fastify', database: 'sqlite' }, 'cookie mode', cookieMode);

onEveryDatabase('cookie mode with other options', (platform) => {
  describe.each([
    [
      { cookieName: 'session', cookieAttributes: { path: '/api', sameSite: 'strict' as const, secure: false } },
      /^session=[^;]+; Max-Age=1209600; Path=\/api; HttpOnly; SameSite=Strict$/,
    ],
    [
      { cookieAttributes: { domain: 'example.com', httpOnly: false } },
      /^auth_cookie=[^;]+; Max-Age=1209600; Domain=example\.com; Path=\/; Secure; SameSite=Lax$/,
    ],
    [{ tokenLifespan: '1 hour' as const }, /^__Host-auth_cookie=[^;]+; Max-Age=3600; /],
  ])('%j', (options, expected) => {
    it('sets and clears the same cookie', async () => {
      const app = await startMembers(platform, { cookieEnabled: true, ...options });
      const browser = await Browser.signedIn(app);
      const [set = ''] = (await browser.go('/members')).headers.getSetCookie();
      expect(set).toMatch(expected);
      const [cleared = ''] = (await browser.peek('/auth/sign_out', { method: 'DELETE' })).headers.getSetCookie();
      expect(cleared).toBe(set.replace(/=[^;]+; Max-Age=\d+/, '=; Max-Age=0'));
      await app.close();
    });
  });

  it("can be 'strict' about lost responses", async () => {
    const app = await startMembers(platform, { cookieEnabled: true, lostResponse: 'strict' });
    const browser = await Browser.signedIn(app);
    await browser.peek('/members');
    app.clock.advance('10s');
    expect((await browser.peek('/members')).status).toBe(401);
    await app.close();
  });

  it('renews the cookie of a token that stays the same when its expiry has moved', async () => {
    const app = await startMembers(platform, { cookieEnabled: true, changeHeadersOnEachRequest: false });
    const browser = await Browser.signedIn(app);
    expect(cookieOf(await browser.go('/members'))).toBeNull();
    app.clock.advance('1 minute');
    const renewed = cookieOf(await browser.go('/members'));
    expect(renewed?.values['expiry']).toBe(String(app.clock.now() / 1000 + FORTNIGHT));
    expect(cookieOf(await browser.go('/members'))).toBeNull();
    await app.close();
  });
});
