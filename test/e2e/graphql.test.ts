import type { IncomingMessage } from 'node:http';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UnprocessableEntityException, UseGuards } from '@nestjs/common';
import { Field, GraphQLModule, Int, Mutation, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  CurrentClient,
  CurrentUser,
  OptionalAuth,
  Public,
  TokenAuthGuard,
  type AuthClient,
  type TokenAuthModuleOptions,
} from 'nestjs-token-auth';
import { afterEach, describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, User, type Platform } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { expectSignedIn, visit, type Visit } from '../support/visits.js';

@ObjectType()
class Account {
  @Field(() => String)
  email!: string;
}

@Resolver(() => Account)
class AccountResolver {
  @Query(() => Account)
  @UseGuards(TokenAuthGuard)
  me(@CurrentUser() user: User) {
    return { email: user.email };
  }

  @Query(() => Int)
  @UseGuards(TokenAuthGuard)
  async slowNumber(@CurrentClient() client: AuthClient) {
    await Promise.resolve();
    return client.id.length;
  }

  @Query(() => String)
  @Public()
  @UseGuards(TokenAuthGuard)
  open() {
    return 'open';
  }

  @Query(() => String, { nullable: true })
  @OptionalAuth()
  @UseGuards(TokenAuthGuard)
  mailIfAny(@CurrentUser('email') email: string | null) {
    return email;
  }

  @Query(() => String)
  @UseGuards(TokenAuthGuard)
  broken(): string {
    throw new Error('unexpected');
  }

  @Query(() => String)
  @UseGuards(TokenAuthGuard)
  invalid(): string {
    throw new UnprocessableEntityException('invalid');
  }

  @Mutation(() => String)
  @UseGuards(TokenAuthGuard)
  rename(@CurrentUser() user: User) {
    return `renamed ${user.email}`;
  }

  @ResolveField(() => String)
  @UseGuards(TokenAuthGuard)
  shout(@CurrentUser('email') email: string) {
    return email.toUpperCase();
  }
}

const APOLLO: ApolloDriverConfig = { driver: ApolloDriver, autoSchemaFile: true, graphiql: false };

/** The context in which headers can be delivered; with Express the default is such a one. */
const DELIVERING: Record<string, ApolloDriverConfig> = {
  express: APOLLO,
  fastify: { ...APOLLO, context: (req: unknown, reply: unknown) => ({ req, reply }) },
};

/** A context in which they cannot; with Fastify the default is such a one, because its request does not know the reply. */
const SILENT: Record<string, ApolloDriverConfig> = {
  express: { ...APOLLO, context: ({ req }: { req: IncomingMessage }) => ({ req: { headers: req.headers } }) },
  fastify: APOLLO,
};

onEveryAdapter('GraphQL', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  async function start(
    apollo: ApolloDriverConfig,
    auth: Partial<TokenAuthModuleOptions<any>> = {},
    on: Platform = platform,
  ) {
    app = await TestApp.start(on, {
      auth,
      imports: [GraphQLModule.forRoot<ApolloDriverConfig>(apollo)],
      providers: [AccountResolver],
    });
    return await ProtocolClient.signedIn(app);
  }

  async function ask(client: ProtocolClient, query: string): Promise<Visit> {
    app.log.take();
    return await visit(app, client, '/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  }

  describe('where the context reaches the response', () => {
    const delivering = DELIVERING[platform.adapter] as ApolloDriverConfig;

    it('authenticates and rotates once for all fields of an operation', async () => {
      const client = await start(delivering);
      app.log.take();
      const answer = await client.go('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ me { email shout } again: me { email } slowNumber mailIfAny open }' }),
      });
      expect(app.log.take()).toEqual(['SELECT', 'UPDATE']);
      const { uid } = client.headers;
      expect(answer.body).toEqual({
        data: {
          me: { email: uid, shout: uid?.toUpperCase() },
          again: { email: uid },
          slowNumber: 36,
          mailIfAny: uid,
          open: 'open',
        },
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.auth.accessToken).toBeTruthy();
      await expectSignedIn(app, client);
    });

    it('rotates once for two mutations, which run one after the other', async () => {
      const client = await start(delivering);
      const { answer, ...rest } = await ask(client, 'mutation { rename again: rename }');
      expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
      expect(answer.body.data.again).toBe(`renamed ${client.headers['uid']}`);
      expect((await ask(client, 'mutation { rename }')).told).toBe('blank');
      await expectSignedIn(app, client);
    });

    it('rotates after a handled refusal, not after an unexpected failure', async () => {
      const client = await start(delivering);
      const broken = await ask(client, '{ broken }');
      expect([broken.told, broken.row]).toEqual(['nothing', 'unchanged']);
      expect(broken.answer.body.errors).toHaveLength(1);
      const invalid = await ask(client, '{ invalid }');
      expect([invalid.told, invalid.row]).toEqual(['token', 'rotated']);
      expect(invalid.answer.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      await expectSignedIn(app, client);
    });

    it('rotates when one field fails and another does not', async () => {
      const client = await start(delivering);
      const { told, row } = await ask(client, '{ broken me { email } }');
      expect([told, row]).toEqual(['token', 'rotated']);
      await expectSignedIn(app, client);
    });

    it('refuses a field with the code UNAUTHENTICATED, and answers what is public', async () => {
      const client = await start(delivering);
      const stranger = new ProtocolClient(app, { ...client.headers, 'access-token': 'forged' });
      const refused = await ask(stranger, '{ me { email } }');
      expect([refused.told, refused.row]).toEqual(['nothing', 'unchanged']);
      expect(refused.answer.body.data).toBeNull();
      expect(refused.answer.body.errors).toEqual([
        expect.objectContaining({
          message: 'You need to sign in or sign up before continuing.',
          extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }),
        }),
      ]);
      expect((await ask(stranger, '{ open mailIfAny }')).answer.body).toEqual({
        data: { open: 'open', mailIfAny: null },
      });
      await expectSignedIn(app, client);
    });

    it('takes an `unbatch` variable for nothing, and the parameter of the URL for one', async () => {
      const client = await start(delivering);
      expect((await ask(client, '{ me { email } }')).told).toBe('token');
      expect((await ask(client, '{ me { email } }')).told).toBe('blank');
      const query = encodeURIComponent('{ me { email } }');
      const headers = { 'apollo-require-preflight': 'true' };
      const unbatched = await visit(app, client, `/graphql?unbatch=true&query=${query}`, { headers });
      expect([unbatched.told, unbatched.row]).toEqual(['token', 'rotated']);
      await expectSignedIn(app, client);
    });
  });

  it('authenticates and does not rotate where the context does not reach the response', async () => {
    const client = await start(SILENT[platform.adapter] as ApolloDriverConfig);
    for (let round = 0; round < 2; round++) {
      const { answer, ...rest } = await ask(client, '{ me { email } slowNumber }');
      expect(rest).toEqual({ status: 200, told: 'nothing', row: 'unchanged' });
      expect(answer.body.data.me).toEqual({ email: client.headers['uid'] });
    }
    await expectSignedIn(app, client);
  });

  it('gives the response to a context that names its parts otherwise', async () => {
    const context =
      platform.adapter === 'express'
        ? ({ req, res }: { req: unknown; res: unknown }) => ({ request: req, res })
        : (request: unknown, reply: unknown) => ({ request, reply });
    const client = await start({ ...APOLLO, context });
    const { told, row } = await ask(client, '{ me { email } }');
    expect([told, row]).toEqual(['token', 'rotated']);
    await expectSignedIn(app, client);
  });

  it('authenticates nobody where the context has no request, and says so', async () => {
    const client = await start({ ...APOLLO, context: () => ({ req: {} }) });
    const { answer, told, row } = await ask(client, '{ me { email } }');
    expect([told, row]).toEqual(['nothing', 'unchanged']);
    expect(answer.body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    await expectSignedIn(app, client);
  });
});
