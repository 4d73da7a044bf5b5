import { UseGuards } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { CurrentUser, TokenAuthGuard, TokenService, type AnyUser } from 'nestjs-token-auth';
import { io, type Socket as Peer } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { eventually, type ProtocolClient } from '../support/client.js';
import { AT_ONCE, LATER, sceneOf, type Scene } from '../support/ends.js';
import { openSocketsOf } from '../support/open-sockets.js';

/** Lets everybody in; a guard looks at the messages. */
@WebSocketGateway()
class Gateway {
  @SubscribeMessage('me')
  @UseGuards(TokenAuthGuard)
  me(@CurrentUser() user: AnyUser) {
    return user.uid;
  }
}

/** What a peer has been told. */
interface Fate {
  readonly peer: Peer;
  readonly reasons: unknown[];
  readonly disconnected: string[];
}

onEveryAdapter('the open Socket.IO connections of a client', (platform) => {
  let app: TestApp;
  let scene: Scene;
  const peers: Peer[] = [];
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      auth: { maxNumberOfDevices: 2 },
      providers: [Gateway],
      configure: (nest) => nest.useWebSocketAdapter(new IoAdapter(nest)),
    });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    scene = await sceneOf(app);
  });
  afterEach(async () => {
    for (const peer of peers.splice(0)) peer.disconnect();
    await eventually(() => openSocketsOf(app).size === 0);
  });

  /** Opens a connection, which becomes known by its first message. */
  async function open(client: ProtocolClient, transport: 'websocket' | 'polling' = 'websocket'): Promise<Fate> {
    const peer = io(app.url, { extraHeaders: client.headers, transports: [transport], forceNew: true });
    peers.push(peer);
    const fate: Fate = { peer, reasons: [], disconnected: [] };
    peer.on('session_ended', ({ reason }) => fate.reasons.push(reason));
    peer.on('disconnect', (reason) => fate.disconnected.push(reason));
    const known = openSocketsOf(app).size;
    expect(await peer.emitWithAck('me')).toBe(client.headers['uid']);
    expect(openSocketsOf(app).size).toBe(known + 1);
    return fate;
  }

  it.each([...AT_ONCE, ...LATER])(
    'are told why, and disconnected, when it is %s',
    async (name, { end, reason, endsOther }) => {
      const mine = [await open(scene.mine), await open(scene.mine, 'polling')];
      const others = await open(scene.other);
      const foreign = await open(scene.stranger);
      await end(scene);
      if (LATER.some(([later]) => later === name)) await openSocketsOf(app).checkAll();
      const ended = endsOther ? [...mine, others] : mine;
      await eventually(() => ended.every(({ disconnected }) => disconnected.length > 0));
      expect(ended.map(({ reasons }) => reasons)).toEqual(ended.map(() => [reason]));
      expect(await foreign.peer.emitWithAck('me')).toBe(scene.stranger.headers['uid']);
      expect(others.peer.connected).toBe(!endsOther);
      expect(openSocketsOf(app).size).toBe(endsOther ? 1 : 2);
    },
  );

  it('cannot hide behind messages that are named as the end of a socket is', async () => {
    const { peer, disconnected } = await open(scene.mine);
    peer.emit('close');
    expect(await peer.emitWithAck('me')).toBe(scene.mine.headers['uid']);
    expect(openSocketsOf(app).size).toBe(1);
    await app.nest.get(TokenService).revokeAll(scene.user);
    await eventually(() => disconnected.length > 0);
  });
});
