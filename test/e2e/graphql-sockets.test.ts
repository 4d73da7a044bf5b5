import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { CurrentUser, TokenAuthEvents, TokenAuthGuard, TokenService } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { on, TestApp, type User } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, sendJson, type Answer } from '../support/client.js';
import { expectSignedIn, fateOf, outcome, rowOf } from '../support/visits.js';

/** The request that opened a WebSocket, as Node gives it to the transports; it lives as long as the socket. */
interface Handshake {
  readonly headers: Record<string, string>;
  readonly socket: { readonly remoteAddress: string };
}

function handshakeOf(headers: Record<string, string>): Handshake {
  return {
    headers: { ...headers, connection: 'Upgrade', upgrade: 'websocket' },
    socket: { remoteAddress: '127.0.0.1' },
  };
}

/** Where the transports leave the handshake in the context of a resolver. */
const CONTEXTS: [string, (request: Handshake) => object][] = [
  ['an application that takes the request out of it', (request) => ({ req: request })],
  ['graphql-ws', (request) => ({ req: {}, extra: { request } })],
  ["Apollo's driver", (request) => ({ req: { connectionParams: {}, extra: { request } } })],
];

@Resolver()
class MeResolver {
  @Query(() => String)
  @UseGuards(TokenAuthGuard)
  me(@CurrentUser() user: User) {
    return user.name;
  }
}

on({ adapter: 'express', database: 'sqlite' }, 'a GraphQL operation over a WebSocket', (platform) => {
  describe.each(CONTEXTS)('with the context of %s', (_, contextOf) => {
    let app: TestApp;
    let user: User;
    let client: ProtocolClient;
    let context: object;
    beforeAll(async () => {
      app = await TestApp.start(platform, {
        // The operation comes by HTTP, and its context is the one that a socket would have given.
        imports: [
          GraphQLModule.forRoot<ApolloDriverConfig>({
            driver: ApolloDriver,
            autoSchemaFile: true,
            graphiql: false,
            context: () => context,
          }),
        ],
        providers: [MeResolver],
      });
    });
    afterAll(() => app.close());
    beforeEach(async () => {
      user = await app.user({ name: 'Ada' });
      client = await ProtocolClient.signedIn(app, user);
    });

    async function ask(handshake: Handshake): Promise<Answer> {
      context = contextOf(handshake);
      return await sendJson(`${app.url}/graphql`, 'POST', { query: '{ me }' });
    }

    const signedIn = { data: { me: 'Ada' } };
    const refused = expect.objectContaining({
      errors: [
        expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) as unknown }),
      ],
    }) as unknown;

    it('is made by whom the handshake names, and rotates nothing', async () => {
      const handshake = handshakeOf(client.headers);
      const before = await rowOf(app, client);
      for (let round = 0; round < 3; round++) {
        const answer = await ask(handshake);
        expect([answer.body, answer.auth.client]).toEqual([signedIn, null]);
      }
      expect(fateOf(before, await rowOf(app, client))).toBe('unchanged');
      await expectSignedIn(app, client);
    });

    it('goes on when HTTP requests have long replaced the token of the handshake', async () => {
      const handshake = handshakeOf(client.headers);
      for (let round = 0; round < 3; round++) {
        expect((await ask(handshake)).body).toEqual(signedIn);
        app.clock.advance('10s');
        expect(await outcome(app, client, '/auth/validate_token')).toEqual([200, 'token', 'rotated']);
      }
      expect((await ask(handshake)).body).toEqual(signedIn);
      await expectSignedIn(app, client);
    });

    it('is refused as soon as the client has ended', async () => {
      const handshake = handshakeOf(client.headers);
      expect((await ask(handshake)).body).toEqual(signedIn);
      await app.nest.get(TokenService).revokeAll(user);
      expect((await ask(handshake)).body).toEqual(refused);
      expect((await ask(handshake)).body).toEqual(refused);
    });

    it('is refused after a handshake with a token of long ago, which is no reason to end the client', async () => {
      const reused: boolean[] = [];
      app.nest.get(TokenAuthEvents).on('token.reused', ({ revoked }) => reused.push(revoked));
      const old = { ...client.headers, ...FROM_ELSEWHERE.headers };
      for (let round = 0; round < 2; round++) {
        await client.go('/auth/validate_token');
        app.clock.advance('10s');
      }
      const before = await rowOf(app, client);
      expect((await ask(handshakeOf(old))).body).toEqual(refused);
      expect(reused).toEqual([false]);
      expect(fateOf(before, await rowOf(app, client))).toBe('unchanged');
      await expectSignedIn(app, client);
    });
  });
});
