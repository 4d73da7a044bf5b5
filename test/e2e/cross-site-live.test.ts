import type { IncomingMessage } from 'node:http';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Inject, UseGuards } from '@nestjs/common';
import { GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CurrentUser, Public, RequestAuthenticator, TokenAuthGuard } from 'nestjs-token-auth';
import { signInAs } from 'nestjs-token-auth/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { onEveryAdapter, TestApp, type User } from '../support/app.js';
import { send, sendJson, type Answer } from '../support/client.js';
import { acceptablePages, FOREIGN_PAGES, REFUSAL, TRUSTED_ORIGIN } from '../support/foreign-pages.js';

@Resolver()
class NameResolver {
  @Query(() => String)
  @UseGuards(TokenAuthGuard)
  name(@CurrentUser('name') name: string) {
    return name;
  }

  @Mutation(() => String)
  @UseGuards(TokenAuthGuard)
  rename(@CurrentUser('name') name: string) {
    return name;
  }

  @Mutation(() => String)
  @Public()
  @UseGuards(TokenAuthGuard)
  open() {
    return 'open';
  }
}

abstract class NameMessages {
  @SubscribeMessage('name')
  @UseGuards(TokenAuthGuard)
  name(@CurrentUser('name') name: string) {
    return { event: 'name', data: name };
  }
}

/** Lets nobody in who is not signed in. */
@WebSocketGateway({ path: '/bound' })
class BoundGateway extends NameMessages implements OnGatewayConnection {
  constructor(@Inject(RequestAuthenticator) private readonly requests: RequestAuthenticator) {
    super();
  }

  async handleConnection(socket: WebSocket, request: IncomingMessage) {
    if ((await this.requests.authenticateHandshake(socket, request)) === null) socket.close(4401);
  }
}

/** Sockets as Socket.IO makes them. */
@WebSocketGateway({ path: '/io' })
class SocketIoGateway extends NameMessages implements OnGatewayConnection {
  handleConnection(socket: WebSocket, { headers }: IncomingMessage) {
    Object.assign(socket, { handshake: { headers, query: {} } });
  }
}

/** Opens a WebSocket and asks once: what comes back, or the code with which it was closed. */
async function askOnce(app: TestApp, path: string, headers: Record<string, string>): Promise<unknown> {
  const socket = new WebSocket(app.url.replace('http', 'ws') + path, { headers });
  try {
    return await new Promise((resolve, reject) => {
      socket.on('open', () => socket.send(JSON.stringify({ event: 'name', data: {} })));
      socket.on('message', (data: Buffer) => resolve(JSON.parse(data.toString('utf8'))));
      socket.on('close', resolve);
      socket.on('error', reject);
    });
  } finally {
    socket.terminate();
  }
}

onEveryAdapter('a page of another origin, in cookie mode,', (platform) => {
  let app: TestApp;
  let signedIn: Record<string, string>;
  let before: string;
  beforeAll(async () => {
    const context = (req: unknown, reply: unknown) => ({ req, reply });
    app = await TestApp.start(platform, {
      auth: { cookieEnabled: true, trustedOrigins: [TRUSTED_ORIGIN] },
      imports: [
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          graphiql: false,
          ...(platform.adapter === 'fastify' ? { context } : {}),
        }),
      ],
      providers: [NameResolver, BoundGateway, SocketIoGateway],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    const user: User = await app.user({ name: 'Ada' });
    signedIn = await signInAs(app.nest, user);
    app.clock.advance('10s');
    before = JSON.stringify(await app.rows());
  });

  describe('by GraphQL', () => {
    async function ask(query: string, headers: Record<string, string>): Promise<Answer> {
      const { 'content-type': _, ...rest } = headers;
      return await sendJson(`${app.url}/graphql`, 'POST', { query }, { ...rest, ...signedIn });
    }

    it.each(FOREIGN_PAGES)('changes nothing with the cookie: %s', async (_, headers) => {
      const answer = await ask('mutation { rename }', headers);
      expect(answer.body.data).toBeNull();
      expect(answer.body.errors).toEqual([
        expect.objectContaining({ message: REFUSAL, extensions: expect.objectContaining({ code: 'FORBIDDEN' }) }),
      ]);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(JSON.stringify(await app.rows())).toBe(before);
      expect((await ask('mutation { open }', headers)).body.data).toEqual({ open: 'open' });
    });

    it('is not one that may', async () => {
      for (const [page, headers] of acceptablePages(app.url)) {
        const answer = await ask('mutation { rename }', headers);
        expect([page, answer.body]).toEqual([page, { data: { rename: 'Ada' } }]);
      }
    });

    it('may read with GET', async () => {
      const headers = { ...FOREIGN_PAGES[4]?.[1], ...signedIn, 'apollo-require-preflight': 'true' };
      const answer = await send(`${app.url}/graphql?query=${encodeURIComponent('{ name }')}`, { headers });
      expect(answer.body).toEqual({ data: { name: 'Ada' } });
    });
  });

  describe.each([
    ['/bound', 4401],
    ['/io', expect.objectContaining({ event: 'exception' })],
  ])('by a WebSocket at %s', (path, refused) => {
    it.each(FOREIGN_PAGES)('is a stranger: %s', async (_, { 'content-type': _type, ...headers }) => {
      expect(await askOnce(app, path, { ...headers, ...signedIn })).toEqual(refused);
      expect(JSON.stringify(await app.rows())).toBe(before);
    });

    it('is not one that may', async () => {
      for (const [page, headers] of acceptablePages(app.url)) {
        const answer = await askOnce(app, path, { ...headers, ...signedIn });
        expect([page, answer]).toEqual([page, { event: 'name', data: 'Ada' }]);
      }
    });
  });
});

onEveryAdapter('a page of another origin, in header mode,', (platform) => {
  it('may open WebSockets, where only a program sends headers', async () => {
    const app = await TestApp.start(platform, {
      providers: [BoundGateway, SocketIoGateway],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
    const signedIn = await signInAs(app.nest, await app.user({ name: 'Ada' }));
    for (const path of ['/bound', '/io']) {
      const headers = { ...signedIn, origin: 'https://evil.com', 'sec-fetch-site': 'cross-site' };
      expect(await askOnce(app, path, headers)).toEqual({ event: 'name', data: 'Ada' });
    }
    await app.close();
  });
});
