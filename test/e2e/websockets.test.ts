import type { IncomingMessage } from 'node:http';
import { Inject, UseGuards } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import {
  CurrentClient,
  CurrentUser,
  OptionalAuth,
  Public,
  RequestAuthenticator,
  TokenAuthEvents,
  TokenAuthGuard,
  TokenService,
  type AuthClient,
} from 'nestjs-token-auth';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { LiveClient } from '../support/live-client.js';
import { expectSignedIn, fateOf, outcome, rowOf } from '../support/visits.js';

const CLOSED_BY_US = 4401;

abstract class LiveMessages {
  @SubscribeMessage('me')
  @UseGuards(TokenAuthGuard)
  me(@CurrentUser() user: User, @CurrentClient() client: AuthClient) {
    return { event: 'me', data: { name: user.name, isUser: user instanceof User, client: client.id } };
  }

  @SubscribeMessage('open')
  @Public()
  @UseGuards(TokenAuthGuard)
  open() {
    return { event: 'open', data: {} };
  }

  @SubscribeMessage('perhaps')
  @OptionalAuth()
  @UseGuards(TokenAuthGuard)
  perhaps(@CurrentUser('name') name: string | null) {
    return { event: 'perhaps', data: { name } };
  }
}

/** Lets nobody in who is not signed in. */
@WebSocketGateway({ path: '/members' })
class MembersGateway extends LiveMessages implements OnGatewayConnection {
  constructor(@Inject(RequestAuthenticator) private readonly requests: RequestAuthenticator) {
    super();
  }

  async handleConnection(socket: WebSocket, request: IncomingMessage) {
    const session = await this.requests.authenticateHandshake(socket, request);
    if (session === null) socket.close(CLOSED_BY_US);
  }
}

/** Lets everybody in, and looks at handshakes all the same. */
@WebSocketGateway({ path: '/lobby' })
class LobbyGateway extends LiveMessages implements OnGatewayConnection {
  constructor(@Inject(RequestAuthenticator) private readonly requests: RequestAuthenticator) {
    super();
  }

  async handleConnection(socket: WebSocket, request: IncomingMessage) {
    await this.requests.authenticateHandshake(socket, request);
  }
}

/** Sockets as Socket.IO makes them: each has its handshake, and nobody has to bind it. */
@WebSocketGateway({ path: '/io' })
class SocketIoGateway extends LiveMessages implements OnGatewayConnection {
  handleConnection(socket: WebSocket, { headers, socket: { remoteAddress } }: IncomingMessage) {
    Object.assign(socket, { handshake: { headers, query: {}, address: remoteAddress } });
  }
}

onEveryAdapter('WebSockets', (platform) => {
  let app: TestApp;
  let user: User;
  let client: ProtocolClient;
  let live: LiveClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      // So that its next message can be sent.
      auth: { endSocket: () => {} },
      providers: [MembersGateway, LobbyGateway, SocketIoGateway],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    user = await app.user({ name: 'Ada' });
    client = await ProtocolClient.signedIn(app, user);
  });
  afterEach(() => live.close());

  const refusal = {
    event: 'exception',
    data: expect.objectContaining({
      status: 'error',
      message: 'You need to sign in or sign up before continuing.',
    }),
  };

  it.each(['/members', '/io'])('know the user of every message at %s; nothing rotates', async (path) => {
    const before = await rowOf(app, client);
    live = await LiveClient.connect(app, path, client.headers);
    for (let round = 0; round < 3; round++) {
      expect(await live.ask('me')).toEqual({ event: 'me', data: { name: 'Ada', isUser: true, client: before?.id } });
      app.clock.advance('1 minute');
    }
    expect(await live.ask('perhaps')).toEqual({ event: 'perhaps', data: { name: 'Ada' } });
    // Only "last used" has been written.
    const { tokenHash, generation } = before ?? {};
    expect(await rowOf(app, client)).toMatchObject({ tokenHash, generation, lastUsedAt: app.clock.now() });
    await expectSignedIn(app, client);
  });

  it('see the user as it is now, by one SELECT a message', async () => {
    live = await LiveClient.connect(app, '/members', client.headers);
    await live.ask('me');
    await app.dataSource.getRepository(User).update({ id: user.id }, { name: 'Countess' });
    app.log.take();
    expect((await live.ask('me')).data.name).toBe('Countess');
    expect(app.log.take()).toEqual(['SELECT']);
    expect(await live.ask('open')).toEqual({ event: 'open', data: {} });
    expect(app.log.take()).toEqual([]);
  });

  it.each(['/members', '/io'])(
    'keep a client signed in at %s that does nothing else, by one UPDATE a minute at most',
    async (path) => {
      live = await LiveClient.connect(app, path, client.headers);
      for (let day = 0; day < 30; day++) {
        expect((await live.ask('me')).data.name).toBe('Ada');
        app.clock.advance('1 day');
      }
      await live.ask('me');
      app.log.take();
      app.clock.advance('59s');
      await live.ask('me');
      expect(app.log.take()).toEqual(['SELECT']);
      app.clock.advance('1s');
      await live.ask('me');
      expect(app.log.take()).toEqual(['SELECT', 'UPDATE']);
      await expectSignedIn(app, client);
    },
  );

  it('can be closed at the handshake', async () => {
    live = await LiveClient.connect(app, '/members', { ...client.headers, 'access-token': 'forged' });
    expect(await live.ask('nothing')).toBeNull();
    expect(live.closedWith).toBe(CLOSED_BY_US);
    await expectSignedIn(app, client);
  });

  it.each(['/lobby', '/io'])('refuse the messages of strangers at %s and keep the socket', async (path) => {
    live = await LiveClient.connect(app, path, {});
    expect(await live.ask('me')).toEqual(refusal);
    expect(await live.ask('open')).toEqual({ event: 'open', data: {} });
    expect(await live.ask('perhaps')).toEqual({ event: 'perhaps', data: { name: null } });
    expect(await live.ask('me')).toEqual(refusal);
  });

  it.each(['/members', '/io'])(
    'go on at %s when HTTP requests have long replaced the token of the handshake',
    async (path) => {
      const reused: unknown[] = [];
      app.nest.get(TokenAuthEvents).on('token.reused', (event) => reused.push(event));
      live = await LiveClient.connect(app, path, client.headers);
      await live.ask('me');
      for (let round = 0; round < 3; round++) {
        app.clock.advance('10s');
        expect(await outcome(app, client, '/auth/validate_token')).toEqual([200, 'token', 'rotated']);
        expect((await live.ask('me')).data).toMatchObject({ name: 'Ada' });
      }
      expect(reused).toEqual([]);
      await expectSignedIn(app, client);
    },
  );

  it('refuse a handshake with a token of long ago, which is no reason to end the client', async () => {
    const old = { ...client.headers };
    for (let round = 0; round < 3; round++) {
      await client.go('/auth/validate_token');
      app.clock.advance('10s');
    }
    const before = await rowOf(app, client);
    live = await LiveClient.connect(app, '/lobby', { ...old, 'user-agent': 'another one' });
    expect(await live.ask('me')).toEqual(refusal);
    expect(fateOf(before, await rowOf(app, client))).toBe('unchanged');
    await expectSignedIn(app, client);
  });

  const ends: [string, () => Promise<unknown>][] = [
    ['revoked', async () => app.nest.get(TokenService).revoke(user, (await rowOf(app, client))?.id ?? '')],
    ['revoked with all others', () => app.nest.get(TokenService).revokeAll(user)],
    ['signed out over HTTP', () => client.go('/auth/sign_out', { method: 'DELETE' })],
    ['expired', async () => app.clock.advance('2 weeks')],
    ['deleted with its user', () => app.dataSource.getRepository(User).delete({ id: user.id })],
  ];
  it.each(ends)('refuse the next message when the client has been %s meanwhile', async (_, end) => {
    live = await LiveClient.connect(app, '/members', client.headers);
    expect((await live.ask('me')).data.name).toBe('Ada');
    await end();
    expect(await live.ask('me')).toEqual(refusal);
    expect(await live.ask('me')).toEqual(refusal);
    expect(await live.ask('perhaps')).toEqual({ event: 'perhaps', data: { name: null } });
  });
});
