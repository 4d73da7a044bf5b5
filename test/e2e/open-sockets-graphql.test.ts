import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { GraphQLModule, Int, Query, Resolver, Subscription } from '@nestjs/graphql';
import { createClient, type Client } from 'graphql-ws';
import { TokenAuthGuard, TokenService, type AnyUser } from 'nestjs-token-auth';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket, type CloseEvent } from 'ws';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { eventually, ProtocolClient } from '../support/client.js';
import { openSocketsOf } from '../support/open-sockets.js';

@Resolver()
class TicksResolver {
  @Query(() => Int)
  one() {
    return 1;
  }

  /** Ticks once, and then stays open. */
  @Subscription(() => Int)
  @UseGuards(TokenAuthGuard)
  async *ticks() {
    yield { ticks: 1 };
    await new Promise(() => {});
  }
}

/** Somebody who has subscribed. */
interface Subscriber {
  readonly client: Client;
  readonly ticks: unknown[];
  readonly ends: unknown[];
}

onEveryAdapter('the GraphQL subscriptions of a client', (platform) => {
  let app: TestApp;
  const subscribers: Subscriber[] = [];
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      imports: [
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          graphiql: false,
          subscriptions: { 'graphql-ws': true },
        }),
      ],
      providers: [TicksResolver],
    });
  });
  afterAll(() => app.close());
  afterEach(async () => {
    for (const { client } of subscribers.splice(0)) await client.dispose();
    await eventually(() => openSocketsOf(app).size === 0);
  });

  async function subscribe({ headers }: ProtocolClient): Promise<Subscriber> {
    class WithHeaders extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers });
      }
    }
    const client = createClient({ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: WithHeaders });
    const subscriber: Subscriber = { client, ticks: [], ends: [] };
    subscribers.push(subscriber);
    client.subscribe(
      { query: 'subscription { ticks }' },
      {
        next: ({ data }) => subscriber.ticks.push(data),
        error: (error) => subscriber.ends.push(error),
        complete: () => subscriber.ends.push('completed'),
      },
    );
    await eventually(() => subscriber.ticks.length > 0 || subscriber.ends.length > 0);
    expect(subscriber.ticks).toEqual([{ ticks: 1 }]);
    return subscriber;
  }

  it('end with it, and are not tried again', async () => {
    const user: AnyUser = await app.user();
    const mine = await subscribe(await ProtocolClient.signedIn(app, user));
    const foreign = await subscribe(await ProtocolClient.signedIn(app));
    expect(openSocketsOf(app).size).toBe(2);
    await app.nest.get(TokenService).revokeAll(user);
    await eventually(() => mine.ends.length > 0);
    const { code, reason } = mine.ends[0] as CloseEvent;
    expect([code, reason]).toEqual([4401, 'Your session has ended.']);
    expect([foreign.ends, openSocketsOf(app).size]).toEqual([[], 1]);
  });
});
