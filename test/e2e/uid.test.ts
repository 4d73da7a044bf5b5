import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { bearer } from '../support/carriers.js';
import { ProtocolClient, send, told } from '../support/client.js';
import { MembersController } from '../support/members.js';

onEveryAdapter('what a uid may hold', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [MembersController] });
  });
  afterAll(() => app.close());

  const outsideLatin1 = 'жанна+日本@例え.example';
  it.each([
    ['characters outside Latin-1', outsideLatin1, encodeURIComponent(outsideLatin1)],
    ['an emoji', '🦊@example.com', encodeURIComponent('🦊@example.com')],
    ['Latin-1', 'josé@example.com', 'josé@example.com'],
    ['a percent sign', '50%off@example.com', '50%off@example.com'],
    ['what looks percent-encoded', 'a%C3%A9@example.com', 'a%C3%A9@example.com'],
    ['a percent sign and more than Latin-1', '5%ж@example.com', encodeURIComponent('5%ж@example.com')],
  ])('%s goes out and comes in', async (_, uid, inHeader) => {
    const client = await ProtocolClient.signedIn(app, await app.user({ uid, email: uid }));
    expect(client.headers['uid']).toBe(inHeader);
    const answer = await client.go('/members');
    expect([answer.status, answer.body, told(answer)]).toEqual([200, { uid }, 'token']);
    // Node writes a head that leaves together with a text as UTF-8; a client reads that as Latin-1 and sends it back so.
    expect([inHeader, Buffer.from(inHeader).toString('latin1')]).toContain(answer.auth.uid);
    const json = Buffer.from(answer.auth.authorization?.replace('Bearer ', '') ?? '', 'base64').toString();
    expect(JSON.parse(json)).toMatchObject({ uid });

    app.clock.advance('6s');
    expect((await client.go('/members')).status).toBe(200);
    expect((await send(`${app.url}/members`, { headers: bearer({ ...client.headers, uid }) })).status).toBe(200);
    expect((await send(`${app.url}/members`, { headers: { ...client.headers, uid: 'other' } })).status).toBe(401);
  });

  it('one user is not another whose uid is the percent-encoded form of theirs', async () => {
    const plain = await app.user({ uid: 'é@twins.example', email: 'one@twins.example' });
    const encoded = await app.user({ uid: '%C3%A9@twins.example', email: 'two@twins.example' });
    const one = await ProtocolClient.signedIn(app, plain);
    const two = await ProtocolClient.signedIn(app, encoded);
    expect((await one.go('/members')).body).toEqual({ uid: 'é@twins.example' });
    expect((await two.go('/members')).body).toEqual({ uid: '%C3%A9@twins.example' });
  });
});
