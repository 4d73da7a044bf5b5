import { inspect } from 'node:util';
import { Body, Controller, Get, Post, UnauthorizedException, UseGuards } from '@nestjs/common';
import { CurrentUser, TokenAuthEvents, TokenAuthGuard, TokenService, tokenEntityFor } from 'nestjs-token-auth';
import {
  createServiceClient,
  ServiceUnavailableError,
  TokenAuthError,
  type ServiceClientOptions,
} from 'nestjs-token-auth/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User, type AppOptions } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { Latch } from '../support/latch.js';

type Options = ServiceClientOptions<string>;
type Callback = NonNullable<Options['onSignInFailed']>;

/** Holds the requests that come while a test has set it. */
let latch: Latch | null = null;

@Controller('people')
@UseGuards(TokenAuthGuard)
class PeopleController {
  @Get()
  async show(@CurrentUser() user: User) {
    await latch?.wait();
    return { email: user.email };
  }

  @Post()
  look(@CurrentUser() user: User, @Body() body: unknown) {
    return { email: user.email, body };
  }

  @Get('refused')
  refuse(): never {
    throw new UnauthorizedException('Not you.');
  }
}

onEveryAdapter('a service client with tokens that rotate', (platform) => {
  let app: TestApp;
  let email: string;
  let signIns: number;
  const told = { signIn: vi.fn<Callback>(), signOut: vi.fn<Callback>() };

  beforeEach(async () => {
    vi.resetAllMocks();
    latch = null;
    signIns = 0;
    app = await start();
    email = await account();
  });
  afterEach(async () => {
    vi.useRealTimers();
    // After an abort, fetch keeps connections that a server does not know to be idle.
    app.nest.getHttpServer().closeAllConnections();
    await app.close();
  });

  async function start(auth: NonNullable<AppOptions['auth']> = {}): Promise<TestApp> {
    const started = await TestApp.start(platform, { controllers: [PeopleController], auth });
    started.nest.get(TokenAuthEvents).on('user.signed_in', () => void signIns++);
    return started;
  }

  /** An account without clients. */
  async function account(): Promise<string> {
    const { email: address } = await newAccount(app);
    await app.dataSource.getRepository(tokenEntityFor(User)).clear();
    signIns = 0;
    return address;
  }

  async function revokeAll(): Promise<void> {
    await app.dataSource.getRepository(tokenEntityFor(User)).clear();
  }

  function connect(options: Partial<Options> = {}) {
    return createServiceClient<string>({
      baseUrl: app.url,
      strategy: 'cached',
      credentials: (address) => ({ email: address, password: PASSWORD }),
      onSignInFailed: told.signIn,
      onSignOutFailed: told.signOut,
      ...options,
    });
  }

  it('signs in once for many requests at once', async () => {
    const service = connect().as(email);
    const answers = await Promise.all(Array.from({ length: 50 }, async () => await service.fetch('people')));
    expect(await Promise.all(answers.map(async (answer) => await answer.json()))).toEqual(Array(50).fill({ email }));
    expect(signIns).toBe(1);
    expect(await app.rows()).toHaveLength(1);
  });

  it('follows its token, one request at a time or many', async () => {
    const service = connect().as(email);
    const tokens = new Set<string>();
    for (const size of [1, 1, 20, 1, 20, 1]) {
      const answers = await Promise.all(Array.from({ length: size }, async () => await service.fetch('/people')));
      expect(answers.map(({ status }) => status)).toEqual(Array(size).fill(200));
      tokens.add((await app.row()).tokenHash);
      app.clock.advance('10s');
    }
    expect(tokens.size).toBe(6);
    expect(signIns).toBe(1);
  });

  it('fails once its client was revoked, and signs in for the next request', async () => {
    const service = connect().as(email);
    await service.fetch('people');
    await revokeAll();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, async () => await service.fetch('people')));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: expect.any(ServiceUnavailableError) });
      expect((outcome as PromiseRejectedResult).reason).toMatchObject({ cause: { status: 401 } });
    }
    expect(signIns).toBe(1);
    const answers = await Promise.all(Array.from({ length: 10 }, async () => await service.fetch('people')));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(signIns).toBe(2);
    expect(told.signIn).not.toHaveBeenCalled();
  });

  it('sends a request again by itself where it is asked to, with its body', async () => {
    const service = connect({ retryRevoked: true }).as(email);
    await service.fetch('people');
    await revokeAll();
    const body = { name: 'ada' };
    const headers = { 'content-type': 'application/json' };
    const response = await service.fetch('people', { method: 'POST', headers, body: JSON.stringify(body) });
    expect(await response.json()).toEqual({ email, body });
    expect(signIns).toBe(2);
  });

  it('does not take the refusal of a handler for one of its token', async () => {
    const service = connect().as(email);
    const response = await service.fetch('people/refused');
    expect([response.status, await response.json()]).toEqual([401, expect.objectContaining({ message: 'Not you.' })]);
    await service.fetch('people');
    expect(signIns).toBe(1);
  });

  it('outlives requests that are aborted, and answers that are lost', async () => {
    let isLosing = false;
    const service = connect({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (!isLosing || new URL(input as string).pathname === '/auth/validate_token') return response;
        await response.arrayBuffer();
        throw new TypeError('The connection was reset.');
      },
    }).as(email);
    await service.fetch('people');
    app.clock.advance('10s');
    isLosing = true;
    await expect(service.fetch('people')).rejects.toThrow('reset');
    isLosing = false;
    expect((await service.fetch('people')).status).toBe(200);
    app.clock.advance('10s');
    latch = new Latch();
    const controller = new AbortController();
    const aborted = service.fetch('people', { signal: controller.signal });
    await latch.reached;
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    latch.release();
    latch = null;
    app.clock.advance('1s');
    expect((await service.fetch('people')).status).toBe(200);
    expect(signIns).toBe(1);
  });

  it('renews a token before it expires', async () => {
    await app.close();
    app = await start({ tokenLifespan: '10m' });
    email = await account();
    vi.useFakeTimers({ toFake: ['Date'], now: app.clock.now() });
    // As the clock of the tests would tell it.
    const date = new Date(app.clock.now()).toUTCString();
    const service = connect({
      fetch: async (input, init) => {
        const { body, status, headers } = await fetch(input, init);
        return new Response(body, { status, headers: { ...Object.fromEntries(headers), date } });
      },
    }).as(email);
    await service.fetch('people');
    vi.setSystemTime(Date.now() + 560_000);
    await service.fetch('people');
    expect(signIns).toBe(1);
    vi.setSystemTime(Date.now() + 15_000);
    await service.fetch('people');
    expect(signIns).toBe(2);
  });

  it('fails where it is not let in, once for all that wait, and without a secret in the errors', async () => {
    const password = 'wr0ng-passw0rd';
    const service = connect({ credentials: (address) => ({ email: address, password }) }).as(email);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, async () => await service.fetch('people')));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(ServiceUnavailableError) });
    const error: unknown = expect.any(TokenAuthError);
    expect(told.signIn).toHaveBeenCalledExactlyOnceWith({ identity: email, error });
    expect(told.signIn.mock.calls).toMatchObject([[{ error: { status: 401, code: 'bad_credentials' } }]]);
    expect(inspect([outcomes, told.signIn.mock.calls], { depth: Infinity, showHidden: true })).not.toContain(password);
  });

  it('leaves no client behind where it is closed', async () => {
    const client = connect();
    await client.as(email).fetch('people');
    await client.close();
    expect(await app.rows()).toEqual([]);
    expect(told.signOut).not.toHaveBeenCalled();
  });

  it('signs out beyond its limit of identities', async () => {
    const other = await account();
    const client = connect({ maxIdentities: 1 });
    await client.as(email).fetch('people');
    await client.as(other).fetch('people');
    await vi.waitFor(async () => expect(await app.rows()).toHaveLength(1));
    expect((await app.row()).uid).toBe(other);
  });

  it('signs in where the endpoints have another path', async () => {
    await app.close();
    app = await start({ path: 'accounts/auth' });
    const address = 'ada@example.com';
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ email: address, password: PASSWORD });
    await fetch(`${app.url}/accounts/auth`, { method: 'POST', headers, body });
    const response = await connect({ signInPath: 'accounts/auth/sign_in' }).as(address).fetch('people');
    expect(await response.json()).toEqual({ email: address });
  });

  it('leaves no client behind where it signs in for each request', async () => {
    await app.close();
    app = await start({ maxNumberOfDevices: 60 });
    email = await account();
    const service = connect({ strategy: 'perRequest' }).as(email);
    const response = await service.fetch('people');
    expect(await app.rows()).toEqual([]);
    expect(await response.json()).toEqual({ email });
    const answers = await Promise.all(Array.from({ length: 50 }, async () => await service.fetch('people')));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect((await service.fetch('people/refused')).status).toBe(401);
    expect(signIns).toBe(52);
    expect(await app.rows()).toEqual([]);
    expect(told.signOut).not.toHaveBeenCalled();
  });

  it('leaves no client behind where such a request is aborted', async () => {
    latch = new Latch();
    const client = connect({ strategy: 'perRequest' });
    const controller = new AbortController();
    const aborted = client.as(email).fetch('people', { signal: controller.signal });
    await latch.reached;
    expect(await app.rows()).toHaveLength(1);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    latch.release();
    await client.close();
    expect(await app.rows()).toEqual([]);
  });

  it('takes the place of a client of the account where it signs in for each request', async () => {
    await app.close();
    app = await start({ maxNumberOfDevices: 1 });
    email = await account();
    const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
    const phone = await ProtocolClient.signedIn(app, user);
    await connect({ strategy: 'perRequest' }).as(email).fetch('people');
    expect((await phone.peek('/people')).status).toBe(401);
    expect(await app.nest.get<TokenService<User>>(TokenService).list(user)).toEqual([]);
  });
});
