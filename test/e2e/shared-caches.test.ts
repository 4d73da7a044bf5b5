import { Controller, Get, Header, Res, UseGuards } from '@nestjs/common';
import { CurrentUser, TokenAuthGuard } from 'nestjs-token-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, type User } from '../support/app.js';
import { credentialsOf, freshEmail, PASSWORD, signUp } from '../support/accounts.js';
import { send, type Answer } from '../support/client.js';
import { MembersController } from '../support/members.js';

@Controller('pages')
@UseGuards(TokenAuthGuard)
class PagesController {
  @Get('own')
  own(@CurrentUser() user: User, @Res() response: { send(body: unknown): void }) {
    response.send({ uid: user.uid });
  }

  @Get('public')
  @Header('Cache-Control', 'public, max-age=60')
  public() {
    return { for: 'everybody' };
  }
}

/** Keeps, for everybody, whatever it was not told to leave alone, by the URL alone. */
class SharedCache {
  private readonly kept = new Map<string, Answer>();

  async get(url: string, headers: Record<string, string>): Promise<Answer> {
    const hit = this.kept.get(url);
    if (hit !== undefined) return hit;
    const answer = await send(url, { headers });
    if (!/\b(?:no-store|private)\b/.test(answer.headers.get('cache-control') ?? '')) this.kept.set(url, answer);
    return answer;
  }
}

/** All that an answer says, as one text. */
function allOf({ headers, body }: Answer): string {
  return JSON.stringify([[...headers], body]);
}

const MODES = {
  headers: {},
  'headers, the same token all the time': { changeHeadersOnEachRequest: false },
  'headers, omitted in batches': { batchResponse: 'omit' },
  'headers, repeated in batches': { batchResponse: 'repeat' },
  'a cookie': { cookieEnabled: true, cookieAttributes: { secure: false } },
} as const;

describe.each(Object.entries(MODES))('credentials by %s,', (_, auth) => {
  onEveryAdapter('behind a cache that people share', (platform) => {
    let app: TestApp;
    let people: { email: string; headers: Record<string, string> }[];
    beforeAll(async () => {
      app = await TestApp.start(platform, { auth, controllers: [MembersController, PagesController] });
      people = [];
      for (const email of [freshEmail(), freshEmail()]) {
        const answer = await signUp(app, { email, password: PASSWORD });
        const [cookie] = answer.headers.getSetCookie();
        const headers = cookie === undefined ? credentialsOf(answer) : { cookie: cookie.split(';', 1)[0] ?? '' };
        people.push({ email, headers });
      }
    });
    afterAll(() => app.close());

    // The first in each batch rotates where tokens change, the others do not.
    it.each(['/members', '/auth/validate_token', '/auth/clients', '/pages/own'])(
      'everybody gets an own %s',
      async (path) => {
        const cache = new SharedCache();
        const [ada, bob] = people as [(typeof people)[0], (typeof people)[0]];
        for (const [{ headers, email }, other] of [
          [ada, bob],
          [ada, bob],
          [bob, ada],
          [bob, ada],
        ] as const) {
          const answer = await cache.get(app.url + path, headers);
          expect(answer.status).toBe(200);
          expect(allOf(answer)).not.toContain(other.email);
          // A list of clients names nobody.
          expect(path === '/auth/clients' || allOf(answer).includes(email)).toBe(true);
          expect(answer.headers.get('cache-control')).toMatch(/^(?:no-store|private)$/);
        }
        expect((await cache.get(app.url + path, {})).status).toBe(401);
      },
    );

    it('what the application says is for everybody is told so where it carries no credentials', async () => {
      const [{ headers }] = people as [(typeof people)[0]];
      const answer = await send(`${app.url}/pages/public`, { headers });
      const carries = answer.auth.client !== null || answer.headers.getSetCookie().length > 0;
      expect(answer.headers.get('cache-control')).toBe(carries ? 'no-store' : 'public, max-age=60');
    });
  });
});

onEveryAdapter('the end of a client in cookie mode', (platform) => {
  it('is told to nobody else by a cache', async () => {
    const app = await TestApp.start(platform, { auth: { cookieEnabled: true }, controllers: [MembersController] });
    try {
      const answer = await signUp(app, { email: freshEmail(), password: PASSWORD });
      const headers = { cookie: answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '' };
      const ends = [
        await send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers }),
        await send(`${app.url}/members`, { headers }),
      ];
      for (const end of ends) {
        const clearing = [
          expect.stringMatching(/^__Host-auth_cookie=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
        ];
        expect(end.headers.getSetCookie()).toEqual(clearing);
        expect(end.headers.get('cache-control')).toBe('no-store');
      }
      expect(ends.map(({ status }) => status)).toEqual([200, 401]);
    } finally {
      await app.close();
    }
  });
});
