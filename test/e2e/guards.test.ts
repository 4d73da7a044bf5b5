import { Controller, Get, HttpException, Injectable, Req, UseGuards, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CurrentUser, OptionalAuth, Public, TokenAuthGuard, type Access, type Session } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, type User } from '../support/app.js';
import { ProtocolClient, send, sendJson, told } from '../support/client.js';
import { expectSignedIn, outcome, visit } from '../support/visits.js';

@Injectable()
class SubclassedGuard extends TokenAuthGuard {}

@Controller()
class MixedController {
  @Get('plain')
  plain(@CurrentUser('email') email: string) {
    return { email };
  }

  @Get('thrice')
  @UseGuards(TokenAuthGuard, SubclassedGuard)
  thrice(@CurrentUser('email') email: string) {
    return { email };
  }

  @Get('public')
  @Public()
  open(@CurrentUser() user: User | null) {
    return { user };
  }

  @Get('optional')
  @OptionalAuth()
  optional(@CurrentUser('email') email: string | null) {
    return { email };
  }
}

@Public()
@Controller('open')
class PublicController {
  @Get()
  index(@CurrentUser() user: User | null) {
    return { user };
  }

  @Get('but-not-this')
  @UseGuards(TokenAuthGuard)
  still() {
    return {};
  }

  @Get('optional')
  @OptionalAuth()
  optional(@CurrentUser('email') email: string | null) {
    return { email };
  }
}

onEveryAdapter('a global guard', (platform) => {
  let app: TestApp;
  let user: User;
  let client: ProtocolClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      controllers: [MixedController, PublicController],
      providers: [{ provide: APP_GUARD, useClass: TokenAuthGuard }],
    });
    user = await app.user();
    client = await ProtocolClient.signedIn(app, user);
  });
  beforeEach(() => {
    app.clock.advance('10s');
    app.log.take();
  });
  afterAll(() => app.close());

  it('guards what says nothing else', async () => {
    const { answer, ...rest } = await visit(app, client, '/plain');
    expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
    expect(answer.body).toEqual({ email: user.email });
    const stranger = await send(`${app.url}/plain`);
    expect([stranger.status, told(stranger)]).toEqual([401, 'nothing']);
    expect(stranger.body).toEqual({ errors: ['You need to sign in or sign up before continuing.'] });
    await expectSignedIn(app, client);
  });

  it('together with a guard of the route and a subclass costs one SELECT and one rotation', async () => {
    const answer = await client.go('/thrice');
    expect(app.log.take()).toEqual(['SELECT', 'UPDATE']);
    expect([answer.status, told(answer), answer.body]).toEqual([200, 'token', { email: user.email }]);
    await expectSignedIn(app, client);
  });

  it.each(['/public', '/open', '/open/but-not-this'])('does not look at credentials on %s', async (path) => {
    const answer = await client.go(path);
    expect(app.log.take()).toEqual([]);
    expect([answer.status, told(answer)]).toEqual([200, 'nothing']);
    expect(answer.body.user ?? null).toBeNull();
    expect(await outcome(app, client, path)).toEqual([200, 'nothing', 'unchanged']);
    await expectSignedIn(app, client);
  });

  it.each(['/optional', '/open/optional'])('knows the user on %s where there is one', async (path) => {
    const known = await visit(app, client, path);
    expect([known.status, known.told, known.row]).toEqual([200, 'token', 'rotated']);
    expect(known.answer.body).toEqual({ email: user.email });

    const stranger = await send(app.url + path);
    expect([stranger.status, told(stranger), stranger.body]).toEqual([200, 'nothing', { email: null }]);

    const forger = new ProtocolClient(app, { ...client.headers, 'access-token': 'forged' });
    const forged = await visit(app, forger, path);
    expect([forged.status, forged.told, forged.row]).toEqual([200, 'nothing', 'unchanged']);
    expect(forged.answer.body).toEqual({ email: null });
    await expectSignedIn(app, client);
  });

  it('leaves the endpoints reachable', async () => {
    const email = `new${Math.random()}@example.com`;
    const account = { email, password: 'correct horse' };
    const signUp = await sendJson(`${app.url}/auth`, 'POST', account);
    expect([signUp.status, told(signUp)]).toEqual([200, 'token']);
    const signIn = await sendJson(`${app.url}/auth/sign_in`, 'POST', account);
    expect([signIn.status, told(signIn)]).toEqual([200, 'token']);
    const { accessToken, client: name, uid } = signIn.auth;
    const fresh = new ProtocolClient(app, { 'access-token': accessToken ?? '', client: name ?? '', uid: uid ?? '' });
    app.clock.advance('10s');
    app.log.take();
    expect((await fresh.go('/auth/validate_token')).status).toBe(200);
    expect(app.log.take()).toEqual(['SELECT', 'UPDATE']);
    const invalid = await send(`${app.url}/auth/validate_token`);
    expect([invalid.status, invalid.body]).toEqual([401, { success: false, errors: ['Invalid login credentials'] }]);
    expect(await outcome(app, fresh, '/auth/sign_out', { method: 'DELETE' })).toEqual([200, 'nothing', 'gone']);
  });
});

/** Everything that a guard of an application may want to do differently. */
@Injectable()
class OwnGuard extends TokenAuthGuard {
  protected override accessOf(context: ExecutionContext): Access {
    return context.getHandler().name.startsWith('open') ? 'public' : super.accessOf(context);
  }

  protected override async authenticate(context: ExecutionContext): Promise<Session | null> {
    const session = await super.authenticate(context);
    return (session?.user as User | undefined)?.name === 'banned' ? null : session;
  }

  protected override async refusal(): Promise<Error> {
    return new HttpException('go away', 418);
  }
}

@Controller()
@UseGuards(OwnGuard)
class OwnController {
  @Get('optional')
  @OptionalAuth()
  optional(@CurrentUser() user: User | null, @Req() request: { user?: User }) {
    return { users: [user?.name ?? null, request.user?.name ?? null] };
  }

  @Get('plain')
  plain() {
    return 'plain';
  }

  @Get('open')
  openToAll() {
    return 'open';
  }
}

onEveryAdapter('a guard of the application that overrides steps', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [OwnController] });
  });
  afterAll(() => app.close());

  it('decides who the user is where anybody may pass', async () => {
    const banned = await ProtocolClient.signedIn(app, await app.user({ name: 'banned' }));
    const answer = await banned.go('/optional');
    expect([answer.body, told(answer)]).toEqual([{ users: [null, null] }, 'nothing']);
    const welcome = await ProtocolClient.signedIn(app, await app.user({ name: 'welcome' }));
    const other = await welcome.go('/optional');
    expect([other.body, told(other)]).toEqual([{ users: ['welcome', 'welcome'] }, 'token']);
  });

  it('decides itself what is public, who may pass and what a refusal is', async () => {
    const client = await ProtocolClient.signedIn(app);
    expect(await outcome(app, client, '/open')).toEqual([200, 'nothing', 'unchanged']);
    expect(await outcome(app, client, '/plain')).toEqual([200, 'token', 'rotated']);
    expect((await send(`${app.url}/plain`)).status).toBe(418);
    const banned = await ProtocolClient.signedIn(app, await app.user({ name: 'banned' }));
    expect(await outcome(app, banned, '/plain')).toEqual([418, 'nothing', 'unchanged']);
    await expectSignedIn(app, client);
  });
});
