import { TokenService } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { onEveryAdapter, type TestApp } from '../support/app.js';
import { eventually, ProtocolClient } from '../support/client.js';
import { LiveClient } from '../support/live-client.js';
import { openSocketsOf, startLive } from '../support/open-sockets.js';

onEveryAdapter('endSocket', (platform) => {
  let app: TestApp;
  const sockets: LiveClient[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await app.close();
  });

  async function open(client: ProtocolClient): Promise<LiveClient> {
    const socket = await LiveClient.connect(app, '/live', client.headers);
    sockets.push(socket);
    await socket.ask('me');
    return socket;
  }

  it('decides what becomes of the sockets of a client that has ended; their messages are refused all the same', async () => {
    const ended: string[] = [];
    app = await startLive(platform, {
      auth: {
        endSocket: (socket, reason) => {
          ended.push(reason);
          (socket as WebSocket).send(JSON.stringify({ event: 'goodbye', data: reason }));
        },
      },
    });
    const user = await app.user();
    const socket = await open(await ProtocolClient.signedIn(app, user));
    await app.nest.get(TokenService).revokeAll(user);
    await eventually(() => ended.length > 0);
    // It is told once.
    await openSocketsOf(app).checkAll();
    expect(ended).toEqual(['revoked']);
    expect(openSocketsOf(app).size).toBe(0);
    expect(await socket.ask('me')).toEqual({ event: 'goodbye', data: 'revoked' });
    expect((await socket.ask('me')).event).toBe('exception');
    expect((await socket.ask('me')).event).toBe('exception');
    expect(openSocketsOf(app).size).toBe(0);
  });

  it('may fail for one socket without a loss for the others', async () => {
    let calls = 0;
    app = await startLive(platform, {
      auth: {
        endSocket: (socket) => {
          if (++calls === 1) throw new Error('the first one');
          (socket as WebSocket).close(4000);
        },
      },
    });
    const user = await app.user();
    const client = await ProtocolClient.signedIn(app, user);
    const [first, second] = [await open(client), await open(client)];
    await app.nest.get(TokenService).revokeAll(user);
    expect(await second.untilClosed()).toBe(4000);
    expect([calls, first.closedWith]).toEqual([2, null]);
  });

  it('may wait for ever for one socket without a loss for the others', async () => {
    let calls = 0;
    app = await startLive(platform, {
      auth: {
        endSocket: async (socket) => {
          if (++calls === 1) await new Promise(() => {});
          (socket as WebSocket).close(4000);
        },
      },
    });
    const user = await app.user();
    const client = await ProtocolClient.signedIn(app, user);
    const [first, second] = [await open(client), await open(client)];
    await app.nest.get(TokenService).revokeAll(user);
    expect(await second.untilClosed()).toBe(4000);
    expect([calls, first.closedWith]).toEqual([2, null]);
  });
});
