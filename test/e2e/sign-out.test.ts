import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryPlatform, TestApp } from '../support/app.js';
import { bearer } from '../support/carriers.js';
import { ProtocolClient, send, told, type Answer } from '../support/client.js';
import { MembersController } from '../support/members.js';

const NOT_SIGNED_IN = { success: false, errors: ['User was not found or was not logged in.'] };

/** What clients look at. */
const outcomeOf = (answer: Answer) => [answer.status, answer.body, told(answer)];

onEveryPlatform('signing out', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [MembersController] });
  });
  afterAll(() => app.close());

  const clients = async () => (await app.rows()).map(({ client }) => client);

  it('answers 200 with JSON, without auth headers, and ends this client alone', async () => {
    const user = await app.user();
    const [leaving, staying] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    const answer = await leaving.peek('/auth/sign_out', { method: 'DELETE' });
    expect(outcomeOf(answer)).toEqual([200, { success: true }, 'nothing']);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await clients()).not.toContain(leaving.headers['client']);
    expect((await leaving.peek('/members')).status).toBe(401);
    expect((await staying.go('/members')).status).toBe(200);
  });

  it('answers 404 the second time', async () => {
    const client = await ProtocolClient.signedIn(app);
    expect((await client.peek('/auth/sign_out', { method: 'DELETE' })).status).toBe(200);
    expect(outcomeOf(await client.peek('/auth/sign_out', { method: 'DELETE' }))).toEqual([
      404,
      NOT_SIGNED_IN,
      'nothing',
    ]);
  });

  it('answers 404 to who is nobody', async () => {
    const method = 'DELETE';
    const headers = { 'access-token': 'x'.repeat(70), client: 'nobody', uid: 'nobody@example.com' };
    expect(outcomeOf(await send(`${app.url}/auth/sign_out`, { method }))).toEqual([404, NOT_SIGNED_IN, 'nothing']);
    expect(outcomeOf(await send(`${app.url}/auth/sign_out`, { method, headers }))).toEqual([
      404,
      NOT_SIGNED_IN,
      'nothing',
    ]);
  });

  it('answers 404 to a token that is not of this client, which lives on', async () => {
    const [one, two] = [await ProtocolClient.signedIn(app), await ProtocolClient.signedIn(app)];
    const mixed = { ...one.headers, 'access-token': two.token };
    expect(outcomeOf(await send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers: mixed }))).toEqual([
      404,
      NOT_SIGNED_IN,
      'nothing',
    ]);
    expect((await one.go('/members')).status).toBe(200);
    expect((await two.go('/members')).status).toBe(200);
  });

  it('takes the Bearer, and any token that the client was ever given', async () => {
    const client = await ProtocolClient.signedIn(app);
    const first = { ...client.headers };
    for (let round = 0; round < 3; round++) {
      expect(told(await client.go('/members'))).toBe('token');
      app.clock.advance('6s');
    }
    const answer = await send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers: bearer(first) });
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    expect((await client.go('/members')).status).toBe(401);
  });

  it('takes JSON and forms in its body, which it does not read', async () => {
    for (const init of [
      { body: '{}', headers: { 'content-type': 'application/json' } },
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ]) {
      const client = await ProtocolClient.signedIn(app);
      expect((await client.peek('/auth/sign_out', { method: 'DELETE', ...init })).status).toBe(200);
    }
  });
});
