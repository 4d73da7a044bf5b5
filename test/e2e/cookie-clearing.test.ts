import { TokenAuthEvents, TokenService } from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, User, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, send, sendJson, type Answer } from '../support/client.js';
import { startMembers } from '../support/rotation.js';

const CLEARED = '__Host-auth_cookie=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax';

/** The cookie that a browser sends after this answer. */
function kept(answer: Answer): string {
  const [cookie = ''] = answer.headers.getSetCookie();
  return cookie.split(';', 1)[0] ?? '';
}

onEveryAdapter('the cookie of a client that has ended', (platform) => {
  let app: TestApp;
  let email: string;
  let user: User;
  let cookie: string;
  beforeAll(async () => {
    app = await startMembers(platform, { cookieEnabled: true, maxNumberOfDevices: 2, clientLifespan: '20 days' });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    const account = await newAccount(app);
    email = account.email;
    cookie = kept(account.answer);
    user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
    app.clock.advance('10s');
  });

  async function visit(own: string, path = '/members', init: RequestInit = {}): Promise<[number, string[]]> {
    const answer = await send(app.url + path, { ...init, headers: { ...(init.headers as object), cookie: own } });
    return [answer.status, answer.headers.getSetCookie()];
  }

  /** Another browser of the same user. */
  async function otherBrowser(): Promise<string> {
    return kept(await sendJson(`${app.url}/auth/sign_in`, 'POST', { email, password: PASSWORD }));
  }

  const ends: [string, () => Promise<unknown>][] = [
    ['is revoked', async () => app.nest.get(TokenService).revoke(user, (await app.rows()).at(-1)?.id ?? '')],
    ['is revoked with all others', () => app.nest.get(TokenService).revokeAll(user)],
    ['has expired', async () => app.clock.advance('14 days')],
    ['goes with its user', () => app.dataSource.getRepository(User).delete({ id: user.id })],
    [
      'goes with a newer sign-in',
      async () => {
        for (let round = 0; round < 2; round++) {
          app.clock.advance('2 minutes');
          await otherBrowser();
        }
      },
    ],
    [
      'goes with a new password',
      async () => {
        const body = { password: 'another horse', password_confirmation: 'another horse' };
        expect((await sendJson(`${app.url}/auth`, 'PUT', body, { cookie: await otherBrowser() })).status).toBe(200);
      },
    ],
    [
      'goes with its account',
      async () => {
        const other = await otherBrowser();
        app.clock.advance('10s');
        expect(await visit(other, '/auth', { method: 'DELETE' })).toEqual([200, [CLEARED]]);
      },
    ],
    [
      'signs out elsewhere',
      async () => {
        expect(await visit(cookie, '/auth/sign_out', { method: 'DELETE' })).toEqual([200, [CLEARED]]);
      },
    ],
  ];

  describe.each(ends)('that %s', (_, end) => {
    it.each(['/members', '/auth/validate_token'])('is cleared by the next request: %s', async (path) => {
      await end();
      expect(await visit(cookie, path)).toEqual([401, [CLEARED]]);
    });

    it('is cleared by the sign-out that comes too late', async () => {
      await end();
      const [status, cookies] = await visit(cookie, '/auth/sign_out', { method: 'DELETE' });
      expect([200, 404]).toContain(status);
      expect(cookies).toEqual([CLEARED]);
    });
  });

  it('is cleared when it lived as long as a client may, however lately it was used', async () => {
    for (let day = 0; day < 19; day++) {
      app.clock.advance('1 day');
      const answer = await send(`${app.url}/members`, { headers: { cookie } });
      expect(answer.status).toBe(200);
      cookie = kept(answer);
    }
    app.clock.advance('1 day');
    expect(await visit(cookie)).toEqual([401, [CLEARED]]);
  });

  it('is cleared for the thief and for the owner', async () => {
    const stolen = cookie;
    for (let round = 0; round < 2; round++) {
      cookie = kept(await send(`${app.url}/members`, { headers: { cookie } }));
      app.clock.advance('10s');
    }
    const reused: boolean[] = [];
    app.nest.get(TokenAuthEvents).on('token.reused', ({ revoked }) => reused.push(revoked));
    expect(await visit(stolen, '/members', FROM_ELSEWHERE)).toEqual([401, [CLEARED]]);
    expect(await visit(cookie)).toEqual([401, [CLEARED]]);
    expect(reused).toEqual([true]);
  });

  it('is left alone while its client lives: noise under its name clears nothing', async () => {
    const { cookie: own = '' } = await signInAs(app.nest, user);
    const noise = own.replace(/access-token%22%3A%22[\w-]{10}/, 'access-token%22%3A%22AAAAAAAAAA');
    expect(noise).not.toBe(own);
    expect(await visit(noise)).toEqual([401, []]);
    expect(await visit(noise, '/auth/sign_out', { method: 'DELETE' })).toEqual([404, []]);
    expect((await visit(own))[0]).toBe(200);
  });
});

onEveryAdapter('the cookie with attributes of its own', (platform) => {
  it.each([
    [{ cookieAttributes: { domain: 'example.com', path: '/api', sameSite: 'strict', httpOnly: false } as const }],
    [{ cookieName: 'session', cookieAttributes: { secure: false } }],
  ])('is cleared with the same ones: %j', async (options) => {
    const app = await startMembers(platform, { cookieEnabled: true, ...options });
    const account = await newAccount(app);
    const [set = ''] = account.answer.headers.getSetCookie();
    const user = await app.dataSource.getRepository(User).findOneByOrFail({ email: account.email });
    await app.nest.get(TokenService).revokeAll(user);
    const init = { headers: { cookie: kept(account.answer) } };
    const cleared = set.replace(/=[^;]+; Max-Age=\d+/, '=; Max-Age=0');
    expect((await send(`${app.url}/members`, init)).headers.getSetCookie()).toEqual([cleared]);
    const signedOut = await send(`${app.url}/auth/sign_out`, { ...init, method: 'DELETE' });
    expect(signedOut.headers.getSetCookie()).toEqual([cleared]);
    await app.close();
  });
});
