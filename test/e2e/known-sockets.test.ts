import { EventEmitter } from 'node:events';
import { TokenService } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TestApp, User } from '../support/app.js';
import { eventually, ProtocolClient } from '../support/client.js';
import { idOf } from '../support/visits.js';
import { openSocketsOf, startLive, storeOf } from '../support/open-sockets.js';

/** As much of a socket of `ws` as is looked at. */
class FakeSocket extends EventEmitter {
  closedWith: number | null = null;

  constructor(readonly readyState = 1) {
    super();
  }

  close(code: number): void {
    this.closedWith = code;
  }
}

/** As much of one of Socket.IO. */
class FakeNamespaceSocket extends EventEmitter {
  readonly conn = new FakeSocket();
  disconnect(): void {}
}

describe('which sockets are known', () => {
  let app: TestApp;
  let user: User;
  let id: string;
  let session: object;
  beforeAll(async () => {
    app = await startLive({ adapter: 'express', database: 'sqlite' });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    user = await app.user();
    id = await idOf(app, await ProtocolClient.signedIn(app, user));
    // As if the client had been authenticated just now.
    session = { user, client: { id }, arrival: { disturbances: storeOf(app).disturbances } };
  });

  it('those that are open, each once', () => {
    const sockets = openSocketsOf(app);
    const socket = new FakeSocket();
    for (let message = 0; message < 3; message++) sockets.add(socket, session);
    expect([sockets.size, socket.listenerCount('close')]).toEqual([1, 1]);
    socket.emit('close');
    expect(sockets.size).toBe(0);
  });

  it('none that has closed while its client was looked for', () => {
    openSocketsOf(app).add(new FakeSocket(3), session);
    expect(openSocketsOf(app).size).toBe(0);
  });

  it('none that could not be forgotten, because it does not tell when it closes', () => {
    openSocketsOf(app).add({ close: () => {} }, session);
    expect(openSocketsOf(app).size).toBe(0);
  });

  it('those of Socket.IO until they disconnect, or their connection closes', () => {
    const sockets = openSocketsOf(app);
    const [left, refused] = [new FakeNamespaceSocket(), new FakeNamespaceSocket()];
    sockets.add(left, session);
    sockets.add(refused, session);
    left.emit('close');
    expect(sockets.size).toBe(2);
    left.emit('disconnect');
    expect(sockets.size).toBe(1);
    refused.conn.emit('close');
    expect(sockets.size).toBe(0);
  });

  it('five hundred by one SELECT', async () => {
    const sockets = openSocketsOf(app);
    const all = Array.from({ length: 501 }, () => new FakeSocket());
    for (const [index, socket] of all.entries()) {
      sockets.add(socket, { ...session, client: { id: `client-${index}` } });
    }
    app.log.take();
    await sockets.checkAll();
    expect(app.log.take()).toEqual(['SELECT', 'SELECT']);
    expect(all.every(({ closedWith }) => closedWith === 4401)).toBe(true);
    expect(sockets.size).toBe(0);
  });

  it('and looked for at once where clients have been ended since theirs was authenticated', async () => {
    const socket = new FakeSocket();
    await app.nest.get(TokenService).revoke(user, id);
    openSocketsOf(app).add(socket, session);
    await eventually(() => socket.closedWith !== null);
    expect(socket.closedWith).toBe(4401);
  });
});
