import type { IncomingMessage } from 'node:http';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Inject, UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { RequestAuthenticator, TokenAuthGuard } from 'nestjs-token-auth';
import { languages } from 'nestjs-token-auth/languages';
import { afterEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { send, sendJson } from '../support/client.js';
import { asking } from '../support/languages.js';
import { LiveClient } from '../support/live-client.js';
import { startRealms } from '../support/realms.js';

const { de, en, fr } = languages;

@Resolver()
class SecretResolver {
  @Query(() => String)
  @UseGuards(TokenAuthGuard)
  secret() {
    return 'secret';
  }
}

@WebSocketGateway({ path: '/live' })
class LiveGateway implements OnGatewayConnection {
  constructor(@Inject(RequestAuthenticator) private readonly requests: RequestAuthenticator) {}

  async handleConnection(socket: object, request: IncomingMessage) {
    await this.requests.authenticateHandshake(socket, request);
  }

  @SubscribeMessage('secret')
  @UseGuards(TokenAuthGuard)
  secret() {
    return { event: 'secret', data: {} };
  }
}

onEveryAdapter('the language of a refusal', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  it('is that of the request, in GraphQL', async () => {
    const apollo: ApolloDriverConfig = { driver: ApolloDriver, autoSchemaFile: true, graphiql: false };
    app = await TestApp.start(platform, {
      auth: { languages: { de } },
      imports: [GraphQLModule.forRoot<ApolloDriverConfig>(apollo)],
      providers: [SecretResolver],
    });
    const { body } = await sendJson(`${app.url}/graphql`, 'POST', { query: '{ secret }' }, asking('de'));
    expect(body.errors).toMatchObject([{ message: de.unauthenticated, extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is that of the handshake, in a WebSocket', async () => {
    app = await TestApp.start(platform, {
      auth: { languages: { de } },
      providers: [LiveGateway],
      configure: (nest) => nest.useWebSocketAdapter(new WsAdapter(nest)),
    });
    const live = await LiveClient.connect(app, '/live', asking('de'));
    const { event, data } = await live.ask('secret');
    live.close();
    expect([event, data.message]).toEqual(['exception', de.unauthenticated]);
  });

  it('is one that its kind of users speaks', async () => {
    app = await startRealms(platform, {
      auth: { languages: { de } },
      admin: { languages: { fr }, defaultLanguage: 'fr' },
    });
    const told = async (path: string, language: string) =>
      (await send(app.url + path, { headers: asking(language) })).body.errors[0];
    expect(await told('/users', 'de, fr')).toBe(de.unauthenticated);
    expect(await told('/admins', 'de, fr')).toBe(fr.unauthenticated);
    expect(await told('/users', 'fr')).toBe(en.unauthenticated);
    expect(await told('/admins', 'en')).toBe(fr.unauthenticated);
    expect(await told('/auth/validate_token', 'de')).toBe(de.invalid_token);
    expect(await told('/admin_auth/validate_token', 'de')).toBe(fr.invalid_token);
  });
});
