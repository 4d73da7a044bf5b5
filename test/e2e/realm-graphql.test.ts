import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable, UseGuards, type ExecutionContext } from '@nestjs/common';
import {
  Args,
  Field,
  GraphQLModule,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import {
  AuthenticateAs,
  CurrentUser,
  OptionalAuth,
  TokenAuthGuard,
  type AnyUser,
  type Session,
} from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, User, type TestApp } from '../support/app.js';
import { ProtocolClient, sendJson, told, type Answer } from '../support/client.js';
import { Admin, rowAmong, signedInTwins, startRealms } from '../support/realms.js';
import { fateOf } from '../support/visits.js';

@ObjectType()
class Person {
  @Field(() => String)
  kind!: string;
}

/** Takes its time. */
@Injectable()
class SlowGuard extends TokenAuthGuard {
  protected override async authenticate(context: ExecutionContext): Promise<Session | null> {
    const session = await super.authenticate(context);
    const { wait } = context.getArgByIndex<{ wait?: number }>(1);
    await sleep(wait ?? 0);
    return session;
  }
}

function personOf(user: AnyUser | null): Person {
  return { kind: user?.constructor.name ?? 'nobody' };
}

@Resolver(() => Person)
class PersonResolver {
  @Query(() => Person)
  @UseGuards(TokenAuthGuard)
  async user(@Args('wait', { type: () => Number, defaultValue: 0 }) wait: number, @CurrentUser() user: User) {
    await sleep(wait);
    return personOf(user);
  }

  @Query(() => Person)
  @AuthenticateAs(Admin)
  async admin(@Args('wait', { type: () => Number, defaultValue: 0 }) wait: number, @CurrentUser() user: Admin) {
    await sleep(wait);
    return personOf(user);
  }

  @Query(() => Person)
  @UseGuards(SlowGuard)
  slowlyGuarded(@Args('wait', { type: () => Number }) _wait: number, @CurrentUser() user: User) {
    return personOf(user);
  }

  @Query(() => [Person])
  @AuthenticateAs(Admin)
  admins(@CurrentUser() user: Admin) {
    return [personOf(user), personOf(user)];
  }

  @Query(() => Person)
  @AuthenticateAs(User, Admin)
  both(@CurrentUser() user: AnyUser) {
    return personOf(user);
  }

  @Query(() => Person)
  @OptionalAuth()
  @AuthenticateAs(Admin)
  perhapsAdmin(@CurrentUser() user: Admin | null) {
    return personOf(user);
  }

  @Mutation(() => Person)
  @AuthenticateAs(Admin)
  promote(@CurrentUser() user: Admin) {
    return personOf(user);
  }

  @Mutation(() => Person)
  @UseGuards(TokenAuthGuard)
  rename(@CurrentUser() user: User) {
    return personOf(user);
  }

  /** Has no guard of its own: who asks is whom the guard of the field above accepted. */
  @ResolveField(() => String)
  async asker(@Parent() _person: Person, @CurrentUser() user: AnyUser | null) {
    await sleep(Math.random() * 3);
    return user?.constructor.name ?? 'nobody';
  }
}

onEveryAdapter('fields of several kinds of users in one GraphQL operation', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startRealms(platform, {
      // Both kinds can sign one request, because their headers have different names.
      admin: {
        headersNames: {
          'access-token': 'admin-token',
          'token-type': 'admin-token-type',
          client: 'admin-client',
          uid: 'admin-uid',
          expiry: 'admin-expiry',
          authorization: 'admin-authorization',
        },
      },
      imports: [
        GraphQLModule.forRoot<ApolloDriverConfig>({
          driver: ApolloDriver,
          autoSchemaFile: true,
          graphiql: false,
          ...(platform.adapter === 'fastify' && { context: (req: unknown, reply: unknown) => ({ req, reply }) }),
        }),
      ],
      providers: [PersonResolver],
    });
  });
  afterAll(() => app.close());

  let userClient: ProtocolClient;
  let adminClient: ProtocolClient;
  beforeEach(async () => {
    ({ userClient, adminClient } = await signedInTwins(app));
  });

  async function ask(query: string, ...clients: ProtocolClient[]): Promise<Answer> {
    const headers = Object.assign({}, ...clients.map((client) => client.headers)) as Record<string, string>;
    return await sendJson(`${app.url}/graphql`, 'POST', { query }, headers);
  }

  /** What became of the rows of both clients while the query was answered. */
  async function fatesOf(query: string, ...clients: ProtocolClient[]) {
    const named = new ProtocolClient(app, { client: adminClient.headers['admin-client'] ?? '' });
    const rows = async () => [await rowAmong(app, User, userClient), await rowAmong(app, Admin, named)] as const;
    const before = await rows();
    const answer = await ask(query, ...clients);
    const after = await rows();
    return { answer, user: fateOf(before[0], after[0]), admin: fateOf(before[1], after[1]) };
  }

  it.each([
    '{ user { kind asker } admin { kind asker } }',
    '{ admin { kind asker } user { kind asker } }',
    '{ user(wait: 5) { kind asker } admin { kind asker } }',
    '{ user { kind asker } admin(wait: 5) { kind asker } }',
    '{ user: slowlyGuarded(wait: 5) { kind asker } admin { kind asker } }',
    '{ user { kind asker } admin { kind asker } admins { kind asker } later: user(wait: 3) { kind asker } }',
  ])('see their own user alone, and each kind rotates once: %s', async (query) => {
    app.log.take();
    const { answer, user, admin } = await fatesOf(query, userClient, adminClient);
    const ofUser = { kind: 'User', asker: 'User' };
    const ofAdmin = { kind: 'Admin', asker: 'Admin' };
    const { admins = [], later = ofUser, ...rest } = answer.body.data;
    expect(rest).toEqual({ user: ofUser, admin: ofAdmin });
    for (const each of admins) expect(each).toEqual(ofAdmin);
    expect(later).toEqual(ofUser);
    expect([user, admin]).toEqual(['rotated', 'rotated']);
    expect(app.log.take().filter((statement) => statement === 'UPDATE')).toHaveLength(2);
    expect(told(answer)).toBe('token');
    expect(answer.headers.get('admin-token')).toMatch(/^[\w-]{70}$/);
    expect(answer.headers.get('admin-client')).toBe(adminClient.headers['admin-client']);
  });

  it('two mutations, one after the other', async () => {
    const { answer, user, admin } = await fatesOf(
      'mutation { promote { kind asker } rename { kind asker } again: promote { kind asker } }',
      userClient,
      adminClient,
    );
    const [ofUser, ofAdmin] = ['User', 'Admin'].map((kind) => ({ kind, asker: kind }));
    expect(answer.body.data).toEqual({ promote: ofAdmin, rename: ofUser, again: ofAdmin });
    expect([user, admin]).toEqual(['rotated', 'rotated']);
  });

  it('rotate only for the kind that a field has accepted', async () => {
    const { answer, user, admin } = await fatesOf('{ both { kind asker } }', userClient, adminClient);
    expect(answer.body.data).toEqual({ both: { kind: 'User', asker: 'User' } });
    expect([told(answer), user, admin]).toEqual(['token', 'rotated', 'unchanged']);
    expect(answer.headers.get('admin-token')).toBeNull();
  });

  it('refuse the kind that has not signed the request', async () => {
    const { answer, user, admin } = await fatesOf('{ perhapsAdmin { kind asker } user { kind asker } }', userClient);
    expect(answer.body.data).toEqual({
      perhapsAdmin: { kind: 'nobody', asker: 'nobody' },
      user: { kind: 'User', asker: 'User' },
    });
    expect([user, admin]).toEqual(['rotated', 'unchanged']);
    const refused = await ask('{ admin { kind } }', userClient);
    expect([refused.body.data, refused.body.errors[0].extensions.code]).toEqual([null, 'UNAUTHENTICATED']);
    const byAdmin = await ask('{ both { kind } }', adminClient);
    expect([byAdmin.body.data, told(byAdmin)]).toEqual([{ both: { kind: 'Admin' } }, 'nothing']);
    expect(byAdmin.headers.get('admin-token')).toMatch(/^[\w-]{70}$/);
  });
});
