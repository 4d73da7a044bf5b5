import type { IncomingMessage } from 'node:http';
import { Inject, UseGuards } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { ConnectedSocket, SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import {
  AuthenticateAs,
  CurrentUser,
  getTokenAuthToken,
  RequestAuthenticator,
  TokenAuthGuard,
  TokenService,
  type AnyUser,
} from 'nestjs-token-auth';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { onEveryAdapter, User, type TestApp } from '../support/app.js';
import type { ProtocolClient } from '../support/client.js';
import { LiveClient } from '../support/live-client.js';
import { Admin, rowAmong, signedInTwins, startRealms } from '../support/realms.js';
import { fateOf } from '../support/visits.js';

const CLOSED_BY_US = 4401;

const kindOf = (user: AnyUser | null) => ({ event: 'kind', data: user?.constructor.name ?? null });

abstract class LiveMessages {
  @SubscribeMessage('user')
  @UseGuards(TokenAuthGuard)
  user(@CurrentUser() user: AnyUser) {
    return kindOf(user);
  }

  @SubscribeMessage('admin')
  @AuthenticateAs(Admin)
  admin(@CurrentUser() user: AnyUser) {
    return kindOf(user);
  }

  @SubscribeMessage('either')
  @AuthenticateAs(User, Admin)
  either(@CurrentUser() user: AnyUser) {
    return kindOf(user);
  }

  @SubscribeMessage('unguarded')
  unguarded(@CurrentUser() user: AnyUser | null) {
    return kindOf(user);
  }
}

/** Lets nobody in but admins. */
@WebSocketGateway({ path: '/admins-live' })
class AdminsGateway extends LiveMessages implements OnGatewayConnection {
  constructor(
    @Inject(getTokenAuthToken(RequestAuthenticator, Admin)) private readonly requests: RequestAuthenticator<Admin>,
  ) {
    super();
  }

  async handleConnection(socket: WebSocket, request: IncomingMessage) {
    const session = await this.requests.authenticateHandshake(socket, request);
    if (session === null) socket.close(CLOSED_BY_US);
  }
}

/** Lets everybody in, and looks at the handshakes of both kinds. */
@WebSocketGateway({ path: '/lobby' })
class LobbyGateway extends LiveMessages implements OnGatewayConnection {
  constructor(
    @Inject(RequestAuthenticator) private readonly users: RequestAuthenticator,
    @Inject(getTokenAuthToken(RequestAuthenticator, Admin)) private readonly admins: RequestAuthenticator<Admin>,
  ) {
    super();
  }

  async handleConnection(socket: WebSocket, request: IncomingMessage) {
    await this.users.authenticateHandshake(socket, request);
    await this.admins.authenticateHandshake(socket, request);
  }
}

/** Looks at a handshake when it is told to. */
@WebSocketGateway({ path: '/late' })
class LateGateway extends LiveMessages implements OnGatewayConnection {
  private readonly handshakes = new WeakMap<WebSocket, IncomingMessage>();

  constructor(
    @Inject(getTokenAuthToken(RequestAuthenticator, Admin)) private readonly admins: RequestAuthenticator<Admin>,
  ) {
    super();
  }

  handleConnection(socket: WebSocket, request: IncomingMessage) {
    this.handshakes.set(socket, request);
  }

  @SubscribeMessage('bind')
  async bind(@ConnectedSocket() socket: WebSocket) {
    const session = await this.admins.authenticateHandshake(socket, this.handshakes.get(socket) as IncomingMessage);
    return kindOf(session?.user ?? null);
  }
}

/** Sockets as Socket.IO makes them: each has its handshake, and nobody has to bind it. */
@WebSocketGateway({ path: '/io' })
class SocketIoGateway extends LiveMessages implements OnGatewayConnection {
  handleConnection(socket: WebSocket, { headers, socket: { remoteAddress } }: IncomingMessage) {
    Object.assign(socket, { handshake: { headers, query: {}, address: remoteAddress } });
  }
}

onEveryAdapter('WebSockets of several kinds of users', (platform) => {
  let app: TestApp;
  let admin: Admin;
  let userClient: ProtocolClient;
  let adminClient: ProtocolClient;
  let live: LiveClient;
  beforeAll(async () => {
    app = await startRealms(platform, {
      // So that its next message can be sent.
      admin: { endSocket: () => {} },
      providers: [AdminsGateway, LobbyGateway, LateGateway, SocketIoGateway],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    ({ admin, userClient, adminClient } = await signedInTwins(app));
  });
  afterEach(() => live.close());

  const refusal = { event: 'exception', data: expect.objectContaining({ status: 'error' }) as unknown };
  const kind = (data: string | null) => ({ event: 'kind', data });

  it('can be opened for one kind alone', async () => {
    live = await LiveClient.connect(app, '/admins-live', userClient.headers);
    expect(await live.ask('nothing')).toBeNull();
    expect(live.closedWith).toBe(CLOSED_BY_US);
    live = await LiveClient.connect(app, '/admins-live', adminClient.headers);
    expect(await live.ask('unguarded')).toEqual(kind('Admin'));
    expect(await live.ask('admin')).toEqual(kind('Admin'));
    expect(await live.ask('user')).toEqual(refusal);
    expect(await live.ask('either')).toEqual(kind('Admin'));
  });

  it('can be bound after messages have been refused', async () => {
    live = await LiveClient.connect(app, '/late', adminClient.headers);
    expect(await live.ask('admin')).toEqual(refusal);
    expect(await live.ask('either')).toEqual(refusal);
    expect(await live.ask('bind')).toEqual(kind('Admin'));
    expect(await live.ask('admin')).toEqual(kind('Admin'));
    expect(await live.ask('either')).toEqual(kind('Admin'));
    expect(await live.ask('user')).toEqual(refusal);
  });

  it.each(['/lobby', '/io'])(
    'know who opened them at %s by the messages of its kind; nothing rotates',
    async (path) => {
      const before = await rowAmong(app, Admin, adminClient);
      live = await LiveClient.connect(app, path, adminClient.headers);
      expect(await live.ask('user')).toEqual(refusal);
      for (let round = 0; round < 2; round++) {
        expect(await live.ask('admin')).toEqual(kind('Admin'));
        expect(await live.ask('user')).toEqual(refusal);
        expect(await live.ask('either')).toEqual(kind('Admin'));
      }
      live.close();
      live = await LiveClient.connect(app, path, userClient.headers);
      expect(await live.ask('either')).toEqual(kind('User'));
      expect(await live.ask('admin')).toEqual(refusal);
      expect(await live.ask('user')).toEqual(kind('User'));
      const { tokenHash } = before ?? {};
      expect(await rowAmong(app, Admin, adminClient)).toMatchObject({ tokenHash });
    },
  );

  it.each(['/admins-live', '/lobby', '/io'])('refuse the messages of one that has ended at %s', async (path) => {
    live = await LiveClient.connect(app, path, adminClient.headers);
    expect(await live.ask('either')).toEqual(kind('Admin'));
    const before = await rowAmong(app, User, userClient);
    await app.nest.get(getTokenAuthToken(TokenService, Admin)).revokeAll(admin);
    expect(await live.ask('either')).toEqual(refusal);
    expect(await live.ask('admin')).toEqual(refusal);
    expect(await live.ask('unguarded')).toEqual(kind(null));
    expect(fateOf(before, await rowAmong(app, User, userClient))).toBe('unchanged');
  });
});
