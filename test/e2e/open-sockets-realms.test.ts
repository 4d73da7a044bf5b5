import type { IncomingMessage } from 'node:http';
import { Inject } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import {
  AuthenticateAs,
  CurrentUser,
  getTokenAuthToken,
  RequestAuthenticator,
  TokenService,
  type AnyUser,
} from 'nestjs-token-auth';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { onEveryAdapter, type TestApp } from '../support/app.js';
import type { ProtocolClient } from '../support/client.js';
import { LiveClient } from '../support/live-client.js';
import { LiveGateway } from '../support/open-sockets.js';
import { Admin, signedInTwins, startRealms } from '../support/realms.js';

@WebSocketGateway({ path: '/admins-live' })
class AdminsGateway implements OnGatewayConnection {
  constructor(
    @Inject(getTokenAuthToken(RequestAuthenticator, Admin)) private readonly requests: RequestAuthenticator,
  ) {}

  async handleConnection(socket: WebSocket, request: IncomingMessage) {
    await this.requests.authenticateHandshake(socket, request);
  }

  @SubscribeMessage('me')
  @AuthenticateAs(Admin)
  me(@CurrentUser() user: AnyUser) {
    return { event: 'me', data: user.uid };
  }
}

onEveryAdapter('the open WebSockets of several kinds of users', (platform) => {
  let app: TestApp;
  const sockets: LiveClient[] = [];
  beforeAll(async () => {
    app = await startRealms(platform, {
      providers: [LiveGateway, AdminsGateway],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
  });
  afterAll(() => app.close());
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  async function open(path: string, client: ProtocolClient): Promise<LiveClient> {
    const socket = await LiveClient.connect(app, path, client.headers);
    sockets.push(socket);
    expect((await socket.ask('me')).data).toBe(client.headers['uid']);
    return socket;
  }

  it('are not taken for each other, whatever the keys', async () => {
    const { user, admin, userClient, adminClient } = await signedInTwins(app);
    const [users, admins] = [await open('/live', userClient), await open('/admins-live', adminClient)];
    await app.nest.get(getTokenAuthToken(TokenService, Admin)).revokeAll(admin);
    expect(await admins.untilClosed()).toBe(4401);
    expect((await users.ask('me')).data).toBe(user.uid);
    await app.nest.get(TokenService).revokeAll(user);
    expect(await users.untilClosed()).toBe(4401);
  });
});
