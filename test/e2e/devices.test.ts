import { TokenService, type AuthClient } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { onEveryDatabase, User, type TestApp } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { startMembers } from '../support/rotation.js';

const isSignedIn = async (client: ProtocolClient) => (await client.peek('/members')).status === 200;

onEveryDatabase('maxNumberOfDevices', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  it('is ten; signing in beyond that ends the least recently used client', async () => {
    app = await startMembers(platform);
    const user = await app.user();
    const other = await ProtocolClient.justSignedIn(app);
    const clients: ProtocolClient[] = [];
    for (let count = 0; count < 10; count++) {
      clients.push(await ProtocolClient.justSignedIn(app, user));
      app.clock.advance('1 minute');
    }
    // The oldest is used again, so that the second one is the least recently used.
    await clients[0]?.go('/members');
    clients.push(await ProtocolClient.signedIn(app, user));
    const alive = await Promise.all(clients.map(isSignedIn));
    expect(alive).toEqual([true, false, ...Array<boolean>(9).fill(true)]);
    expect(await isSignedIn(other)).toBe(true);
    expect(await app.rows()).toHaveLength(11);
  });

  it('never ends the client that has just signed in, within one millisecond', async () => {
    app = await startMembers(platform, { maxNumberOfDevices: 3 });
    const user = await app.user();
    const recent: ProtocolClient[] = [];
    const ended: number[] = [];
    for (let count = 0; count < 200; count++) {
      const client = await ProtocolClient.justSignedIn(app, user);
      recent.push(client);
      if ((await app.rowOf(client)) === undefined) ended.push(count);
    }
    expect(ended).toEqual([]);
    const alive = await Promise.all(recent.slice(-4).map(isSignedIn));
    expect(alive).toEqual([false, true, true, true]);
    expect(await app.rows()).toHaveLength(3);
  });

  it('nor when the clock has stepped back since the others were used', async () => {
    app = await startMembers(platform, { maxNumberOfDevices: 2 });
    const user = await app.user();
    const before = [await ProtocolClient.justSignedIn(app, user), await ProtocolClient.justSignedIn(app, user)];
    app.clock.stepBack('1 hour');
    const latest = await ProtocolClient.justSignedIn(app, user);
    expect(await isSignedIn(latest)).toBe(true);
    expect((await Promise.all(before.map(isSignedIn))).filter(Boolean)).toHaveLength(1);
  });

  it('can be one: only the latest client lives', async () => {
    app = await startMembers(platform, { maxNumberOfDevices: 1 });
    const user = await app.user();
    const first = await ProtocolClient.justSignedIn(app, user);
    const second = await ProtocolClient.justSignedIn(app, user);
    expect(await Promise.all([first, second].map(isSignedIn))).toEqual([false, true]);
  });

  it('can be a function of the user', async () => {
    const asked: string[] = [];
    app = await startMembers(platform, {
      maxNumberOfDevices: async (user: User) => {
        asked.push(user.name);
        return user.name === 'many' ? 3 : 1;
      },
    });
    const [many, one] = [await app.user({ name: 'many' }), await app.user({ name: 'one' })];
    for (const user of [many, one]) {
      for (let count = 0; count < 4; count++) await ProtocolClient.justSignedIn(app, user);
    }
    const tokens = app.nest.get(TokenService);
    const counts = await Promise.all([many, one].map(async (user): Promise<AuthClient[]> => tokens.list(user)));
    expect(counts.map(({ length }) => length)).toEqual([3, 1]);
    expect(asked).toEqual(['many', 'many', 'many', 'many', 'one', 'one', 'one', 'one']);
  });
});
