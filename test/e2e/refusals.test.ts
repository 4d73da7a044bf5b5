import {
  Catch,
  Controller,
  Get,
  HttpException,
  Inject,
  Injectable,
  NotFoundException,
  Param,
  ParseIntPipe,
  UnauthorizedException,
  UnprocessableEntityException,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { CurrentUser, TokenAuthGuard } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { ProtocolClient, send } from '../support/client.js';
import { expectSignedIn, outcome, visit } from '../support/visits.js';

@Injectable()
class Forbids implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

/** What an application's data layer throws. */
class Conflict extends Error {}

@Catch(Conflict)
class ConflictFilter implements ExceptionFilter {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(_: Conflict, host: ArgumentsHost): void {
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { message: 'conflict' }, 409);
  }
}

@Controller()
@UseGuards(TokenAuthGuard)
class FailingController {
  @Get('forbidden')
  @UseGuards(Forbids)
  forbidden() {}

  @Get('numbers/:number')
  numbers(@Param('number', ParseIntPipe) number: number) {
    return { number };
  }

  @Get('fails/:status')
  fails(@Param('status', ParseIntPipe) status: number) {
    throw new HttpException('as asked', status);
  }

  @Get('invalid')
  invalid() {
    throw new UnprocessableEntityException();
  }

  @Get('missing')
  async missing() {
    await Promise.resolve();
    throw new NotFoundException();
  }

  @Get('not-yours')
  notYours(@CurrentUser() user: unknown) {
    throw new UnauthorizedException(user ? 'signed in, but not for this' : 'nobody');
  }

  @Get('broken')
  broken() {
    throw new Error('unexpected');
  }

  @Get('conflict')
  @UseFilters(ConflictFilter)
  conflict() {
    throw new Conflict();
  }
}

onEveryAdapter('a request that is refused or fails', (platform) => {
  let app: TestApp;
  let client: ProtocolClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [FailingController] });
    client = await ProtocolClient.signedIn(app);
  });
  afterAll(() => app.close());

  const changesNothing: [string, string, number][] = [
    ['a later guard refuses it', '/forbidden', 403],
    ['the handler fails unexpectedly', '/broken', 500],
    ['the handler throws an HttpException of 500', '/fails/500', 500],
    ['the handler throws an HttpException of 503', '/fails/503', 503],
    ['a filter turns the unexpected failure into a 409', '/conflict', 409],
  ];
  it.each(changesNothing)('changes nothing and tells nothing when %s', async (_, path, status) => {
    app.clock.advance('10s');
    expect(await outcome(app, client, path)).toEqual([status, 'nothing', 'unchanged']);
    await expectSignedIn(app, client);
  });

  const rotates: [string, string, number][] = [
    ['a pipe refuses it', '/numbers/seven', 400],
    ['the handler finds the input invalid', '/invalid', 422],
    ['the handler finds nothing', '/missing', 404],
    ['the handler itself answers 401', '/not-yours', 401],
    ['the handler throws an HttpException of 499', '/fails/499', 499],
  ];
  it.each(rotates)('rotates when %s', async (_, path, status) => {
    app.clock.advance('10s');
    expect(await outcome(app, client, path)).toEqual([status, 'token', 'rotated']);
    await expectSignedIn(app, client);
  });

  it('gets a batch answer, like any other, where its batch is open', async () => {
    app.clock.advance('10s');
    await client.go('/numbers/7');
    expect(await outcome(app, client, '/invalid')).toEqual([422, 'blank', 'unchanged']);
    expect(await outcome(app, client, '/numbers/seven')).toEqual([400, 'blank', 'unchanged']);
    expect(await outcome(app, client, '/broken')).toEqual([500, 'nothing', 'unchanged']);
    await expectSignedIn(app, client);
  });

  it('is told nothing where no route is', async () => {
    app.clock.advance('10s');
    expect(await outcome(app, client, '/nowhere')).toEqual([404, 'nothing', 'unchanged']);
    await expectSignedIn(app, client);
  });
});

@Controller()
class PlainController {
  @Get('plain')
  plain() {
    return 'plain';
  }
}

onEveryAdapter('global guards', (platform) => {
  const start = (...guards: [typeof TokenAuthGuard | typeof Forbids, typeof TokenAuthGuard | typeof Forbids]) =>
    TestApp.start(platform, {
      controllers: [PlainController],
      providers: guards.map((useClass) => ({ provide: APP_GUARD, useClass })),
    });

  it.each([
    ['before', [Forbids, TokenAuthGuard]],
    ['after', [TokenAuthGuard, Forbids]],
  ] as const)('change nothing when one refuses %s the token guard', async (_, [first, second]) => {
    const app = await start(first, second);
    try {
      const client = await ProtocolClient.signedIn(app);
      const { answer, ...rest } = await visit(app, client, '/plain');
      expect(rest).toEqual({ status: 403, told: 'nothing', row: 'unchanged' });
      expect(answer.body).toMatchObject({ statusCode: 403 });
      const stranger = await send(`${app.url}/plain`);
      expect(stranger.status).toBe(first === Forbids ? 403 : 401);
    } finally {
      await app.close();
    }
  });
});
