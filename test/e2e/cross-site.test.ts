import { All, Controller, Inject, Injectable, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CurrentUser, OptionalAuth, Public, TokenAuthGuard, type TokenAuthOptions } from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { cookie } from '../support/carriers.js';
import { ProtocolClient, send, told, type Answer } from '../support/client.js';
import { acceptablePages, FOREIGN_PAGES, REFUSAL, TRUSTED_ORIGIN } from '../support/foreign-pages.js';
import { sendRaw } from '../support/raw-http.js';
import { outcome } from '../support/visits.js';

@Injectable()
class Notes {
  visits = 0;
}

@Controller('notes')
@UseGuards(TokenAuthGuard)
class NotesController {
  constructor(@Inject(Notes) private readonly notes: Notes) {}

  @All()
  visit(@CurrentUser('uid') uid: string) {
    this.notes.visits += 1;
    return { uid };
  }

  @All('perhaps')
  @OptionalAuth()
  perhaps(@CurrentUser('uid') uid: string | null) {
    this.notes.visits += 1;
    return { uid };
  }

  @All('open')
  @Public()
  open() {
    return { open: true };
  }
}

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

async function start(platform: Parameters<typeof TestApp.start>[0], auth: TokenAuthOptions<any>, isGlobal = false) {
  return await TestApp.start(platform, {
    auth,
    controllers: [NotesController],
    providers: [Notes, ...(isGlobal ? [{ provide: APP_GUARD, useClass: TokenAuthGuard }] : [])],
  });
}

/** All that a request could have changed. */
async function stateOf(app: TestApp): Promise<string> {
  const users = await app.dataSource.getRepository(User).createQueryBuilder().select('*').orderBy('id').getRawMany();
  return JSON.stringify([users, await app.rows(), app.nest.get(Notes).visits]);
}

onEveryAdapter('a page of another origin, in cookie mode,', (platform) => {
  let app: TestApp;
  let user: User;
  let signedIn: Record<string, string>;
  let before: string;
  beforeAll(async () => {
    app = await start(platform, { cookieEnabled: true, trustedOrigins: [TRUSTED_ORIGIN] });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    user = await app.user({ name: 'Ada' });
    signedIn = await signInAs(app.nest, user);
    app.clock.advance('10s');
    before = await stateOf(app);
  });

  async function ask(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    return await send(app.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  async function expectNothingChanged(answer: Answer) {
    expect([told(answer), answer.headers.getSetCookie()]).toEqual(['nothing', []]);
    expect(await stateOf(app)).toBe(before);
  }

  describe.each(FOREIGN_PAGES)('by %s', (_, headers) => {
    it.each(METHODS)('changes nothing with the cookie: %s', async (method) => {
      const answer = await ask(method, '/notes', { ...headers, ...signedIn }, 'a=b');
      expect([answer.status, answer.body]).toEqual([403, { errors: [REFUSAL] }]);
      await expectNothingChanged(answer);
    });

    it('changes nothing where nobody has to be signed in', async () => {
      const answer = await ask('POST', '/notes/perhaps', { ...headers, ...signedIn }, 'a=b');
      expect([answer.status, answer.body]).toEqual([403, { errors: [REFUSAL] }]);
      await expectNothingChanged(answer);
    });

    it('clears no cookie, not even a dead one', async () => {
      const dead = cookie({ 'access-token': 'x'.repeat(70), client: 'nobody', uid: 'nobody@example.com' });
      const answer = await ask('POST', '/notes', { ...headers, ...dead }, 'a=b');
      expect([answer.status, answer.body]).toEqual([403, { errors: [REFUSAL] }]);
      await expectNothingChanged(answer);
    });

    it('may read, where the browser sends the cookie', async () => {
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask(method, '/notes', { ...headers, ...signedIn });
        expect(answer.status).toBe(200);
      }
      expect((await ask('GET', '/auth/validate_token', { ...headers, ...signedIn })).status).toBe(200);
    });

    it('is a stranger without the cookie, and may do what everybody may', async () => {
      expect((await ask('POST', '/notes', headers, 'a=b')).status).toBe(401);
      expect((await ask('POST', '/notes/open', { ...headers, ...signedIn }, 'a=b')).body).toEqual({ open: true });
    });
  });

  it('cannot pass by saying it twice', async () => {
    const pair = `Cookie: ${signedIn['cookie']}`;
    const own = `Origin: ${app.url}`;
    for (const lines of [
      ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'],
      ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: same-origin'],
      [own, 'Origin: https://evil.com'],
      ['Origin: https://evil.com', own],
      [`Origin: ${TRUSTED_ORIGIN}`, 'Origin: https://evil.com'],
    ]) {
      const { status } = await sendRaw(app.url, '/notes', [pair, 'Content-Length: 0', ...lines], 'POST');
      expect([lines, status]).toEqual([lines, 403]);
    }
    expect(await stateOf(app)).toBe(before);
  });

  it('may use headers that it knows, which no browser adds by itself', async () => {
    const {
      'access-token': token = '',
      client = '',
      uid = '',
    } = JSON.parse(decodeURIComponent(signedIn['cookie']?.split('=')[1] ?? '')) as Record<string, string>;
    const answer = await ask('POST', '/notes', { ...FOREIGN_PAGES[0]?.[1], 'access-token': token, client, uid }, 'a=b');
    expect([answer.status, answer.body]).toEqual([200, { uid: user.uid }]);
  });

  it.each(['a page of the same origin', 'a person', 'no browser'])('is not %s', async (name) => {
    const [, headers] = acceptablePages(app.url).find(([other]) => other === name) ?? [];
    for (const method of METHODS) {
      const { cookie: pair = '' } = await signInAs(app.nest, user);
      const answer = await ask(method, '/notes', { ...headers, cookie: pair });
      expect([method, answer.body]).toEqual([method, { uid: user.uid }]);
    }
  });

  describe('at the endpoints of the module', () => {
    const ENDPOINTS: [string, string][] = [
      ['POST', '/auth'],
      ['POST', '/auth/sign_in'],
      ['DELETE', '/auth/sign_out'],
      ['PUT', '/auth'],
      ['PATCH', '/auth'],
      ['DELETE', '/auth'],
      ['POST', '/auth/password'],
      ['PUT', '/auth/password'],
      ['PATCH', '/auth/password'],
      ['POST', '/auth/confirmation'],
      ['POST', '/auth/unlock'],
    ];
    const refused = [403, { success: false, errors: [REFUSAL] }];
    const fields = new URLSearchParams({
      email: 'eve@example.com',
      password: PASSWORD,
      password_confirmation: PASSWORD,
    }).toString();

    it.each(ENDPOINTS)('changes nothing, with and without a cookie: %s %s', async (method, path) => {
      for (const [, headers] of FOREIGN_PAGES) {
        for (const carried of [signedIn, {}]) {
          const answer = await ask(method, path, { ...headers, ...carried }, fields);
          expect([answer.status, answer.body]).toEqual(refused);
          await expectNothingChanged(answer);
        }
      }
      expect((await ask('GET', '/notes', signedIn)).status).toBe(200);
    });

    it('signs nobody in', async () => {
      const { email } = await newAccount(app);
      const form = new URLSearchParams({ email, password: PASSWORD }).toString();
      const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };
      for (const [, headers] of FOREIGN_PAGES) {
        const answer = await ask('POST', '/auth/sign_in', { ...headers, ...urlencoded }, form);
        expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
      }
      for (const [, headers] of acceptablePages(app.url)) {
        const answer = await ask('POST', '/auth/sign_in', { ...headers, ...urlencoded }, form);
        expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, [expect.any(String)]]);
      }
    });

    it('signs nobody out', async () => {
      for (const [, headers] of acceptablePages(app.url)) {
        const { cookie: pair = '' } = await signInAs(app.nest, user);
        const answer = await ask('DELETE', '/auth/sign_out', { ...headers, cookie: pair });
        expect(answer.status).toBe(200);
      }
    });
  });
});

onEveryAdapter('a page of another origin, by default,', (platform) => {
  it('is trusted by nobody', async () => {
    const app = await start(platform, { cookieEnabled: true }, true);
    const signedIn = await signInAs(app.nest, await app.user());
    const headers = { origin: TRUSTED_ORIGIN, 'sec-fetch-site': 'same-site', ...signedIn };
    for (const path of ['/notes', '/auth', '/auth/sign_out']) {
      const answer = await send(app.url + path, { method: 'DELETE', headers });
      expect([answer.status, answer.body.errors, answer.headers.getSetCookie()]).toEqual([403, [REFUSAL], []]);
    }
    expect(await app.rows()).toHaveLength(1);
    await app.close();
  });

  it('may do everything with headers, which only it can have sent', async () => {
    const app = await start(platform, { trustedOrigins: [TRUSTED_ORIGIN] });
    for (const [, { 'content-type': _, ...headers }] of FOREIGN_PAGES) {
      const client = await ProtocolClient.signedIn(app);
      const init = { method: 'POST', headers };
      expect((await outcome(app, client, '/notes', init)).slice(1)).toEqual(['token', 'rotated']);
      const { email, answer } = await newAccount(app);
      expect(told(answer)).toBe('token');
      const body = new URLSearchParams({ email, password: PASSWORD });
      const again = await send(`${app.url}/auth/sign_in`, { method: 'POST', headers, body });
      expect([again.status, told(again)]).toEqual([200, 'token']);
      const left = await client.peek('/auth/sign_out', { method: 'DELETE', headers });
      expect(left.status).toBe(200);
    }
    await app.close();
  });
});
