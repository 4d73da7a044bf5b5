import { TokenService, tokenEntityFor } from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { send, told } from '../support/client.js';
import { Interloper } from '../support/interloper.js';

const CLEARED = /^__Host-auth_cookie=; Max-Age=0;/;
const FRESH = /^__Host-auth_cookie=%7B/;

onEveryAdapter('the list of clients in cookie mode', (platform) => {
  let app: TestApp;
  let user: User;
  let headers: Record<string, string>;
  let interloper: Interloper;
  beforeAll(async () => {
    interloper = new Interloper();
    app = await TestApp.start(platform, {
      auth: { cookieEnabled: true },
      dataSource: { logger: interloper, logging: true },
    });
    interloper.attach(app.dataSource);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    user = await app.user();
    headers = await signInAs(app.nest, user);
    app.clock.advance('10s');
  });

  const go = async (path: string, method: string, more: object = {}) =>
    await send(app.url + path, { method, headers: { ...headers, ...more } });
  const ownId = async () => (await app.nest.get(TokenService).list(user))[0]?.id;

  it('sets the next cookie, and no header', async () => {
    const answer = await go('/auth/clients', 'GET');
    expect([answer.status, told(answer)]).toEqual([200, 'nothing']);
    expect(answer.body.data).toEqual([expect.objectContaining({ id: await ownId(), current: true })]);
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(FRESH)]);
  });

  it('clears the cookie of the client that ends itself', async () => {
    const answer = await go(`/auth/clients/${await ownId()}`, 'DELETE');
    expect([answer.status, told(answer)]).toEqual([200, 'nothing']);
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(CLEARED)]);
    expect(await ownId()).toBeUndefined();
  });

  it('keeps it when the database cannot end the client', async () => {
    const id = await ownId();
    const { tableName } = app.dataSource.getMetadata(tokenEntityFor(User));
    // Undone with the statement that fails by it.
    interloper.before(/^DELETE/, `ALTER TABLE "${tableName}" RENAME TO "away"`);
    const answer = await go(`/auth/clients/${id}`, 'DELETE');
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([503, []]);
    expect(await ownId()).toBe(id);
  });

  it('keeps it when others are ended', async () => {
    await app.nest.get(TokenService).issue(user);
    const answer = await go('/auth/clients', 'DELETE');
    expect([answer.status, answer.body.data]).toEqual([200, { ended: 1 }]);
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(FRESH)]);
  });

  it('lets no page of another origin end clients', async () => {
    const foreign = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    for (const path of ['/auth/clients', `/auth/clients/${await ownId()}`]) {
      expect((await go(path, 'DELETE', foreign)).status).toBe(403);
    }
    expect(await ownId()).toBeDefined();
  });
});
