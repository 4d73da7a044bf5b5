import { TokenService } from 'nestjs-token-auth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryAdapter, type TestApp } from '../support/app.js';
import { eventually, type ProtocolClient } from '../support/client.js';
import { AT_ONCE, LATER, sceneOf, type Scene } from '../support/ends.js';
import { LiveClient } from '../support/live-client.js';
import { openSocketsOf, startLive } from '../support/open-sockets.js';
import { idOf } from '../support/visits.js';

onEveryAdapter('the open WebSockets of a client', (platform) => {
  let app: TestApp;
  let scene: Scene;
  const sockets: LiveClient[] = [];
  beforeAll(async () => {
    app = await startLive(platform, { auth: { maxNumberOfDevices: 2 } });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    scene = await sceneOf(app);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await eventually(() => openSocketsOf(app).size === 0);
  });

  /** Opens a socket that is known. */
  async function open(client: ProtocolClient): Promise<LiveClient> {
    const socket = await LiveClient.connect(app, '/live', client.headers);
    sockets.push(socket);
    expect((await socket.ask('me')).data).toBe(client.headers['uid']);
    return socket;
  }

  async function openAll() {
    const { mine, other } = scene;
    return [await open(mine), await open(mine), await open(other), await open(scene.stranger)];
  }

  async function expectEnded([first, second, others, foreign]: LiveClient[], endsOther: boolean) {
    expect([await first?.untilClosed(), await second?.untilClosed()]).toEqual([4401, 4401]);
    expect(first?.closedBecause).toBe('Your session has ended.');
    expect(await foreign?.ask('me')).toEqual({ event: 'me', data: scene.stranger.headers['uid'] });
    const fate = endsOther ? await others?.untilClosed() : await others?.ask('me');
    expect(fate).toEqual(endsOther ? 4401 : { event: 'me', data: scene.other.headers['uid'] });
  }

  describe("are closed at once, and nobody else's, when it is", () => {
    it.each(AT_ONCE)('%s', async (_, { end, endsOther }) => {
      const all = await openAll();
      await end(scene);
      await expectEnded(all, endsOther);
    });
  });

  describe('are closed at the next look into the database when it is', () => {
    it.each(LATER)('%s', async (_, { end, endsOther }) => {
      const all = await openAll();
      await end(scene);
      await openSocketsOf(app).checkAll();
      await expectEnded(all, endsOther);
    });
  });

  it('are forgotten when they close, and those of strangers never known', async () => {
    const [first, second] = await openAll();
    expect(openSocketsOf(app).size).toBe(4);
    const nobody = await LiveClient.connect(app, '/live', {});
    sockets.push(nobody);
    await nobody.ask('me');
    expect(openSocketsOf(app).size).toBe(4);
    first?.close();
    await eventually(() => openSocketsOf(app).size === 3);
    second?.close();
    await eventually(() => openSocketsOf(app).size === 2);
    await app.nest.get(TokenService).revokeAll(scene.user);
    await eventually(() => openSocketsOf(app).size === 1);
  });

  it('are looked for by one SELECT for all of them, and by none where nobody has one', async () => {
    await openAll();
    app.log.take();
    await openSocketsOf(app).checkAll();
    expect(app.log.take()).toEqual(['SELECT']);
    for (const socket of sockets.splice(0)) socket.close();
    await eventually(() => openSocketsOf(app).size === 0);
    await openSocketsOf(app).checkAll();
    await app.nest.get(TokenService).revoke(scene.user, await idOf(app, scene.mine));
    expect(app.log.take()).toEqual(['SELECT', 'DELETE']);
  });
});
