import type { IncomingMessage } from 'node:http';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Inject, UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CurrentUser, RecentSignIn, RequestAuthenticator, TokenAuthGuard } from 'nestjs-token-auth';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { ProtocolClient, sendJson } from '../support/client.js';
import { LiveClient } from '../support/live-client.js';
import { expectSignedIn } from '../support/visits.js';

const MESSAGE = 'Please sign in again to do this.';
const CODE = 'recent_sign_in_required';

@WebSocketGateway({ path: '/live' })
@UseGuards(TokenAuthGuard)
class SensitiveGateway implements OnGatewayConnection {
  constructor(@Inject(RequestAuthenticator) private readonly requests: RequestAuthenticator) {}

  async handleConnection(socket: WebSocket, request: IncomingMessage) {
    await this.requests.authenticateHandshake(socket, request);
  }

  @SubscribeMessage('harmless')
  harmless() {
    return { event: 'done', data: 'harmless' };
  }

  @SubscribeMessage('sensitive')
  @RecentSignIn('10m')
  sensitive() {
    return { event: 'done', data: 'sensitive' };
  }
}

@Resolver()
class SensitiveResolver {
  @Query(() => String)
  @UseGuards(TokenAuthGuard)
  harmless(@CurrentUser('name') name: string) {
    return name;
  }

  @Query(() => String, { nullable: true })
  @RecentSignIn('10m')
  sensitive(@CurrentUser('name') name: string) {
    return name;
  }
}

onEveryAdapter('@RecentSignIn()', (platform) => {
  let app: TestApp;
  let client: ProtocolClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      imports: [
        GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, graphiql: false }),
      ],
      providers: [SensitiveGateway, SensitiveResolver],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    client = await ProtocolClient.signedIn(app, await app.user({ name: 'Ada' }));
  });

  const live: LiveClient[] = [];
  afterEach(() => {
    for (const each of live.splice(0)) each.close();
  });

  it('refuses messages of a socket that has been open for too long, and keeps it open', async () => {
    const socket = await LiveClient.connect(app, '/live', client.headers);
    live.push(socket);
    expect(await socket.ask('sensitive')).toEqual({ event: 'done', data: 'sensitive' });
    app.clock.advance('10m');
    expect(await socket.ask('sensitive')).toEqual({
      event: 'exception',
      data: { status: 'error', message: MESSAGE, code: CODE },
    });
    expect(await socket.ask('harmless')).toEqual({ event: 'done', data: 'harmless' });
  });

  it('refuses fields of a GraphQL operation, and leaves the others alone', async () => {
    const ask = async (query: string) => (await sendJson(`${app.url}/graphql`, 'POST', { query }, client.headers)).body;
    expect(await ask('{ sensitive }')).toEqual({ data: { sensitive: 'Ada' } });
    client = await ProtocolClient.signedIn(app, await app.user({ name: 'Ada' }));
    app.clock.advance('10m');
    const { data, errors } = await ask('{ harmless sensitive }');
    expect(data).toEqual({ harmless: 'Ada', sensitive: null });
    expect(errors).toEqual([
      expect.objectContaining({
        message: MESSAGE,
        path: ['sensitive'],
        extensions: expect.objectContaining({
          code: 'FORBIDDEN',
          originalError: { statusCode: 403, message: MESSAGE, code: CODE },
        }) as unknown,
      }),
    ]);
  });

  it('costs the client nothing when it refuses a whole GraphQL operation', async () => {
    app.clock.advance('10m');
    const answer = await sendJson(`${app.url}/graphql`, 'POST', { query: '{ sensitive }' }, client.headers);
    expect(answer.body.data).toEqual({ sensitive: null });
    await expectSignedIn(app, client);
  });
});
