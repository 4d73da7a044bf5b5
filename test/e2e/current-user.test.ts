import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictException, Controller, Get, Inject, Req, Res, Scope, UseGuards } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { CurrentClient, CurrentUser, OptionalAuth, TokenAuthGuard, type AuthClient } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { ProtocolClient, send } from '../support/client.js';
import { expectSignedIn, rowOf, visit } from '../support/visits.js';

@Controller()
@UseGuards(TokenAuthGuard)
class MeController {
  @Get('user')
  user(@CurrentUser() user: User, @Req() request: { user: unknown }) {
    return { isUser: user instanceof User, isOnRequest: request.user === user, id: user.id };
  }

  @Get('email')
  email(@CurrentUser('email') email: string, @CurrentUser('nothingLikeThat') nothing: unknown) {
    return { email, nothing: nothing === undefined };
  }

  @Get('client')
  client(@CurrentClient() client: AuthClient) {
    return client;
  }

  @Get('nobody')
  @OptionalAuth()
  nobody(@CurrentUser() user: unknown, @CurrentUser('email') email: unknown, @CurrentClient() client: unknown) {
    return { user, email, client };
  }

  @Get('nameless')
  nameless(@CurrentUser() user: Partial<User>) {
    delete user.uid;
    return user;
  }

  @Get('renamed')
  renamed(@CurrentUser() user: User) {
    user.uid = 'somebody@else.example.com';
    throw new ConflictException();
  }

  /** Answers in another order than it is asked. */
  @Get('sometime')
  async sometime(@CurrentUser() user: User, @CurrentClient() client: AuthClient, @Req() request: any) {
    const asked = request.headers['x-name'] as string;
    await sleep(Math.random() * 5);
    return { asked, name: user.name, onRequest: request.user.name, client: client.id };
  }
}

/** Made anew for every request. */
@Controller({ path: 'scoped', scope: Scope.REQUEST })
@UseGuards(TokenAuthGuard)
class ScopedController {
  constructor(@Inject(REQUEST) private readonly request: { user: unknown }) {}

  @Get()
  show(@CurrentUser() user: User) {
    return { id: user.id, isOnRequest: this.request.user === user };
  }

  @Get('own')
  own(@CurrentUser('id') id: unknown, @Res() response: any) {
    response.send({ id });
  }
}

/** Without a guard of ours nobody looks at credentials. */
@Controller('unguarded')
class UnguardedController {
  @Get()
  show(@CurrentUser() user: unknown, @CurrentClient() client: unknown) {
    return { user, client };
  }
}

onEveryAdapter('the current user', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [MeController, ScopedController, UnguardedController] });
  });
  afterAll(() => app.close());

  it('is given whole, by property and on the request', async () => {
    const user: User = await app.user();
    const client = await ProtocolClient.signedIn(app, user);
    expect((await client.go('/user')).body).toEqual({ isUser: true, isOnRequest: true, id: user.id });
    expect((await client.go('/email')).body).toEqual({ email: user.email, nothing: true });
  });

  it.each([
    ['/nameless', 200],
    ['/renamed', 409],
  ])('may be changed by a handler, which is not what the client is told: %s', async (path, status) => {
    const client = await ProtocolClient.signedIn(app);
    const { uid = '' } = client.headers;
    const { answer, ...rest } = await visit(app, client, path);
    expect(rest).toEqual({ status, told: 'token', row: 'rotated' });
    expect([answer.auth.uid, (await rowOf(app, client))?.uid]).toEqual([uid, uid]);
    await expectSignedIn(app, client);
  });

  it('is given to controllers of one request, whose tokens rotate by the same rules', async () => {
    const user: User = await app.user();
    const client = await ProtocolClient.signedIn(app, user);
    const own = await visit(app, client, '/scoped/own');
    expect([own.answer.body, own.told, own.row]).toEqual([{ id: user.id }, 'blank', 'unchanged']);
    const returned = await visit(app, client, '/scoped');
    expect([returned.answer.body, returned.told, returned.row]).toEqual([
      { id: user.id, isOnRequest: true },
      'token',
      'rotated',
    ]);
    await expectSignedIn(app, client);
  });

  it('is null where nobody is signed in, or nobody asked', async () => {
    expect((await send(`${app.url}/nobody`)).body).toEqual({ user: null, email: null, client: null });
    const client = await ProtocolClient.signedIn(app);
    expect((await client.go('/unguarded')).body).toEqual({ user: null, client: null });
  });

  it('has a client that can be shown to anybody: it holds no secret', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { body } = await client.go('/client', { headers: { 'user-agent': 'a browser' } });
    const row = await rowOf(app, client);
    expect(Object.keys(body).sort()).toEqual(['createdAt', 'id', 'ip', 'lastUsedAt', 'userAgent']);
    expect(body.id).toBe(row?.id);
    const text = JSON.stringify(body);
    for (const secret of [row?.client, row?.tokenHash, row?.tagKey, row?.nonce, client.token]) {
      expect(text).not.toContain(secret);
    }
    await expectSignedIn(app, client);
  });

  it('is nobody else among a thousand requests of fifty users at once', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `user ${index}`);
    const clients = await Promise.all(
      names.map(async (name) => ProtocolClient.signedIn(app, await app.user({ name }))),
    );
    const ids = new Map(
      await Promise.all(clients.map(async (client, index) => [names[index], (await rowOf(app, client))?.id] as const)),
    );
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const user = index % names.length;
        const headers = { 'x-name': names[user] ?? '' };
        return await (clients[user] as ProtocolClient).peek('/sometime', { headers });
      }),
    );
    const wrong = answers.filter(({ status, body, auth }) => {
      const isOwn = body.name === body.asked && body.onRequest === body.asked && body.client === ids.get(body.asked);
      const owner = clients[names.indexOf(body.asked)];
      return status !== 200 || !isOwn || auth.client !== owner?.headers['client'] || auth.uid !== owner?.headers['uid'];
    });
    expect(wrong).toEqual([]);
    expect(answers).toHaveLength(1000);
    const tokens = answers.filter(({ auth }) => auth.accessToken !== '');
    expect(tokens).toHaveLength(50);
    expect(new Set(tokens.map(({ auth }) => auth.client)).size).toBe(50);
  });
});
