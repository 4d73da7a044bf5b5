import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, told } from '../support/client.js';
import { hold } from '../support/held.js';
import { rotated, startMembers } from '../support/rotation.js';

onEveryDatabase("a batch with batchResponse 'repeat'", (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startMembers(platform, { batchResponse: 'repeat' });
  });
  afterAll(() => app.close());

  it('tells all of its members the same token', async () => {
    const client = await ProtocolClient.signedIn(app);
    const shown = client.token;
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.peek('/members')));
    expect(answers.map(told)).toEqual(Array<string>(8).fill('token'));
    const [{ auth } = { auth: null }] = answers;
    for (const answer of answers) expect(answer.auth).toEqual(auth);
    expect(auth?.accessToken).not.toBe(shown);
    // And so does each one that comes later, with either token.
    expect((await client.go('/members')).auth).toEqual(auth);
    expect((await client.go('/members')).auth).toEqual(auth);
  });

  it('echoes no token that has been replaced since the batch closed', async () => {
    const { client } = await rotated(app);
    const release = await hold(app, client);
    const releaseAnother = await hold(app, client, FROM_ELSEWHERE);
    app.clock.advance('5s');
    const next = await client.go('/members');
    expect(told(next)).toBe('token');
    expect((await release()).auth).toEqual(next.auth);
    expect(told(await releaseAnother())).toBe('blank');
  });

  it('nor where the clock has been set back into that batch', async () => {
    const { client } = await rotated(app);
    const release = await hold(app, client);
    app.clock.advance('5s');
    const next = await client.go('/members');
    expect(told(next)).toBe('token');
    app.clock.stepBack(1);
    expect((await release()).auth).toEqual(next.auth);
  });

  it('echoes it where it has not been replaced', async () => {
    const { client } = await rotated(app);
    const release = await hold(app, client);
    app.clock.advance('30s');
    expect((await release()).auth.accessToken).toBe(client.token);
  });

  it('tells nothing outdated to a late member whose successor has been replaced in turn', async () => {
    const client = await ProtocolClient.signedIn(app);
    const release = await hold(app, client);
    await client.go('/members');
    app.clock.advance('5s');
    await client.go('/members');
    expect(told(await release())).toBe('blank');
  });

  it('tells the same to a member that arrived in time and departs after the close', async () => {
    const { client, tokens } = await rotated(app);
    const release = await hold(app, client, { headers: { 'access-token': tokens[0] ?? '' } });
    app.clock.advance('61s');
    expect((await release()).auth.accessToken).toBe(client.token);

    const second = await hold(app, client, { headers: { 'access-token': client.token } });
    app.clock.advance('61s');
    await client.go('/members');
    expect((await second()).auth.accessToken).toBe(client.token);
  });

  it.each([
    ['current', 1],
    ['replaced', 0],
  ])('tells nothing outdated to who showed the %s token before an unbatch inside the batch', async (_, index) => {
    const { client, tokens } = await rotated(app);
    const release = await hold(app, client, { headers: { 'access-token': tokens[index] ?? '' } });
    const next = await client.go('/members?unbatch=true');
    expect(client.token).not.toBe(tokens[1]);
    expect([next.auth.accessToken, '']).toContain((await release()).auth.accessToken);
  });

  it('tells nothing to a request whose client was signed out meanwhile', async () => {
    const { client, tokens } = await rotated(app);
    const releases = [
      await hold(app, client),
      await hold(app, client, { headers: { 'access-token': tokens[0] ?? '' } }),
    ];
    await client.peek('/auth/sign_out', { method: 'DELETE' });
    for (const release of releases) expect(told(await release())).toBe('nothing');
  });
});
