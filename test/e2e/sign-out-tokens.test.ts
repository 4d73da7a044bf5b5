import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryDatabase, User, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, told } from '../support/client.js';
import { rotated, startMembers, tampered } from '../support/rotation.js';

const DELETE = { method: 'DELETE' };
const NOT_FOUND = { success: false, errors: ['User was not found or was not logged in.'] };

onEveryDatabase('which tokens sign out', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startMembers(platform);
  });
  afterAll(() => app.close());

  it.each([
    ['current', 5],
    ['replaced', 4],
    ['outdated', 3],
    ['very first', 0],
  ])('the %s token ends its client', async (_, index) => {
    const { client, tokens } = await rotated(app, 5);
    app.clock.advance('1 day');
    const answer = await client.show(tokens[index] ?? '', '/auth/sign_out', { ...DELETE, ...FROM_ELSEWHERE });
    expect([answer.status, answer.body, told(answer)]).toEqual([200, { success: true }, 'nothing']);
    expect(await app.rowOf(client)).toBeUndefined();
    for (const token of tokens) expect((await client.show(token, '/members')).status).toBe(401);
    expect((await client.peek('/auth/sign_out', DELETE)).status).toBe(404);
  });

  it('a client that has expired can still be signed out', async () => {
    const { client } = await rotated(app);
    app.clock.advance('15 days');
    expect((await client.peek('/members')).status).toBe(401);
    expect((await client.peek('/auth/sign_out', DELETE)).status).toBe(200);
    expect(await app.rowOf(client)).toBeUndefined();
  });

  it('so can one whose auth epoch has moved on', async () => {
    const user = await app.user();
    const client = await ProtocolClient.signedIn(app, user);
    await app.dataSource.getRepository(User).increment({ id: user.id }, 'authEpoch', 1);
    expect((await client.peek('/auth/sign_out', DELETE)).status).toBe(200);
    expect(await app.rowOf(client)).toBeUndefined();
  });

  it('noise ends nobody', async () => {
    const { client } = await rotated(app, 2);
    const other = await rotated(app, 2);
    const rows = await app.rows();
    const noise = ['x', 'A'.repeat(70), tampered(client.token), `${client.token}A`, ...other.tokens];
    for (const token of noise) {
      const answer = await client.show(token, '/auth/sign_out', DELETE);
      expect([answer.status, answer.body, told(answer)]).toEqual([404, NOT_FOUND, 'nothing']);
    }
    expect((await client.peek('/auth/sign_out', { ...DELETE, headers: { client: 'nobody' } })).status).toBe(404);
    expect(await app.rows()).toEqual(rows);
    expect((await client.go('/members')).status).toBe(200);
  });

  it('ends this client alone', async () => {
    const user = await app.user();
    const [one, two] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    await one.peek('/auth/sign_out', DELETE);
    expect((await one.peek('/members')).status).toBe(401);
    expect((await two.peek('/members')).status).toBe(200);
  });
});
