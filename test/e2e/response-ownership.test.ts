import { Controller, Get, Inject, Next, Post, Res, Sse, UseGuards } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { RotateEarly, TokenAuthGuard } from 'nestjs-token-auth';
import { of } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { expectSignedIn, outcome, visit } from '../support/visits.js';

/** A decorator as tracing libraries have them: it wraps the method in a function of another name. */
function Traced(_: object, __: string, descriptor: PropertyDescriptor): void {
  const handler = descriptor.value as (...args: unknown[]) => unknown;
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return handler.apply(this, args);
  };
  // Route metadata is kept on the function.
  for (const key of Reflect.getMetadataKeys(handler)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), wrapper);
  }
  descriptor.value = wrapper;
}

@Controller()
@UseGuards(TokenAuthGuard)
class OwnController {
  constructor(@Inject(HttpAdapterHost) protected readonly host: HttpAdapterHost) {}

  @Get('own')
  own(@Res() response: any) {
    response.status(202).send('own');
  }

  @Get('shared')
  shared(@Res({ passthrough: true }) response: any) {
    this.host.httpAdapter.setHeader(response, 'x-mine', 'yes');
    return 'shared';
  }

  @Traced
  @Get('traced')
  traced(@Res() response: any) {
    response.send('traced');
  }

  @Traced
  @Get('traced-shared')
  tracedShared(@Res({ passthrough: true }) _response: any) {
    return 'traced';
  }

  @Post('own-broken')
  ownBroken(@Res() _response: any) {
    throw new Error('unexpected');
  }

  @Sse('events')
  events() {
    return of({ data: 'one' }, { data: 'two' });
  }

  @RotateEarly()
  @Get('early')
  early(@Res() response: any) {
    response.send('early');
  }

  @RotateEarly()
  @Get('early-broken')
  earlyBroken() {
    throw new Error('unexpected');
  }

  @RotateEarly()
  @Sse('early-events')
  earlyEvents() {
    return of({ data: 'one' }, { data: 'two' });
  }
}

/** Its methods were decorated in the parent class. */
@Controller('inherited')
@UseGuards(TokenAuthGuard)
class InheritingController extends OwnController {}

@RotateEarly()
@Controller('all-early')
@UseGuards(TokenAuthGuard)
class EarlyController {
  @Get('own')
  own(@Res() response: any) {
    response.send('own');
  }

  @Get('returned')
  returned() {
    return 'returned';
  }
}

onEveryAdapter('a handler that sends the response itself', (platform) => {
  let app: TestApp;
  let client: ProtocolClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [OwnController, InheritingController, EarlyController] });
    client = await ProtocolClient.signedIn(app);
  });
  afterAll(() => app.close());

  const unrotated: [string, string, number, unknown][] = [
    ['with @Res()', '/own', 202, 'own'],
    ['with @Res() in a parent class', '/inherited/own', 202, 'own'],
    ['with @Res() in a method that was wrapped', '/traced', 200, 'traced'],
    ['with @Sse()', '/events', 200, expect.stringContaining('data: two')],
    ['with @Sse() in a parent class', '/inherited/events', 200, expect.stringContaining('data: two')],
  ];
  it.each(unrotated)('%s gives a batch answer and rotates nothing', async (_, path, status, body) => {
    app.clock.advance('10s');
    const { answer, ...rest } = await visit(app, client, path);
    expect(rest).toEqual({ status, told: 'blank', row: 'unchanged' });
    expect(answer.body).toEqual(body);
    await expectSignedIn(app, client);
  });

  it('has told its batch answer when it fails', async () => {
    app.clock.advance('10s');
    expect(await outcome(app, client, '/own-broken', { method: 'POST' })).toEqual([500, 'blank', 'unchanged']);
    await expectSignedIn(app, client);
  });

  const rotated: [string, string, unknown][] = [
    ['@Res({ passthrough: true })', '/shared', 'shared'],
    ['@Res({ passthrough: true }) in a method that was wrapped', '/traced-shared', 'traced'],
    ['@RotateEarly() and @Res()', '/early', 'early'],
    ['@RotateEarly() and @Sse()', '/early-events', expect.stringContaining('data: two')],
    ['@RotateEarly() on its class and @Res()', '/all-early/own', 'own'],
    ['@RotateEarly() on its class alone', '/all-early/returned', 'returned'],
  ];
  it.each(rotated)('rotates with %s', async (_, path, body) => {
    app.clock.advance('10s');
    const { answer, ...rest } = await visit(app, client, path);
    expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
    expect(answer.body).toEqual(body);
    expect(answer.headers.get('x-mine')).toBe(path === '/shared' ? 'yes' : null);
    await expectSignedIn(app, client);
  });

  it('has rotated with @RotateEarly() when it fails, and the failure tells the token', async () => {
    app.clock.advance('10s');
    expect(await outcome(app, client, '/early-broken')).toEqual([500, 'token', 'rotated']);
    await expectSignedIn(app, client);
  });

  it('keeps a client signed in that calls nothing else, by one UPDATE a minute at most', async () => {
    const client = await ProtocolClient.signedIn(app);
    for (let day = 0; day < 30; day++) {
      app.clock.advance('1 day');
      expect(await outcome(app, client, '/own')).toEqual([202, 'blank', 'changed']);
    }
    app.clock.advance('59s');
    expect(await outcome(app, client, '/own')).toEqual([202, 'blank', 'unchanged']);
    app.clock.advance('1s');
    expect(await outcome(app, client, '/own')).toEqual([202, 'blank', 'changed']);
    await expectSignedIn(app, client);
  });
});

@Controller('chain')
@UseGuards(TokenAuthGuard)
class ChainController {
  @Get()
  first(@Next() next: () => void) {
    next();
  }

  @Get()
  second() {
    return 'second';
  }

  @Get('end')
  end(@Next() next: () => void) {
    next();
  }
}

// Fastify has no `next` in its handlers.
describe('a handler with @Next() (express)', () => {
  it('gives a batch answer, whoever answers in the end', async () => {
    const app = await TestApp.start({ adapter: 'express', database: 'sqlite' }, { controllers: [ChainController] });
    try {
      const client = await ProtocolClient.signedIn(app);
      const { answer, ...rest } = await visit(app, client, '/chain');
      expect(rest).toEqual({ status: 200, told: 'blank', row: 'unchanged' });
      expect(answer.body).toBe('second');
      expect(await outcome(app, client, '/chain/end')).toEqual([404, 'blank', 'unchanged']);
      await expectSignedIn(app, client);
    } finally {
      await app.close();
    }
  });
});
