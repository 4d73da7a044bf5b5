import {
  ConflictException,
  Controller,
  Get,
  Injectable,
  Param,
  RequestTimeoutException,
  ServiceUnavailableException,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { catchError, map, of, retry, take, throwError, timeout, TimeoutError, type Observable } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, type Platform } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { Latch, settled } from '../support/latch.js';
import { expectSignedIn, fateOf, outcome, rowOf, visit } from '../support/visits.js';

@Injectable()
class Envelope implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Injectable()
class FirstValue implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(take(1));
  }
}

@Injectable()
class TimeLimit implements NestInterceptor {
  static refusal: Type<Error> = RequestTimeoutException;

  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      timeout(50),
      catchError((error: unknown) =>
        throwError(() => (error instanceof TimeoutError ? new TimeLimit.refusal() : error)),
      ),
    );
  }
}

@Injectable()
class Rescue implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError(() => of('rescued')));
  }
}

@Injectable()
class Fails implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map(() => {
        throw new Error('unexpected');
      }),
    );
  }
}

@Injectable()
class TriesAgain implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(retry(2));
  }
}

@Injectable()
class Cache implements NestInterceptor {
  intercept(): Observable<unknown> {
    return of('cached');
  }
}

let handlerMayFinish = new Latch();

@Controller()
@UseGuards(TokenAuthGuard)
class PageController {
  @Get('page')
  page() {
    return 'page';
  }

  @Get('many')
  many() {
    return of('first', 'second');
  }

  @Get('slow')
  async slow() {
    await handlerMayFinish.wait();
    return 'slow';
  }

  private calls = 0;

  @Get('flaky/:failure')
  flaky(@Param('failure') failure: string) {
    if (this.calls++ % 3 === 2) return 'third time lucky';
    throw failure === 'refused' ? new ConflictException() : new Error('unexpected');
  }

  @Get('broken')
  broken() {
    throw new Error('unexpected');
  }
}

type Place = 'in the root module' | 'of the application' | 'on the controller';

/** Wherever an interceptor stands, ours stands outside of it: what it makes of the answer decides. */
onEveryAdapter('an interceptor of the application', (platform) => {
  describe.each<Place>(['in the root module', 'of the application', 'on the controller'])('%s', (place) => {
    let app: TestApp;
    let client: ProtocolClient;
    afterEach(async () => {
      await app.close();
    });

    async function start(interceptor: Type<NestInterceptor>): Promise<void> {
      app = await startWith(platform, place, interceptor);
      client = await ProtocolClient.signedIn(app);
    }

    it('may replace the answer', async () => {
      await start(Envelope);
      const { answer, ...rest } = await visit(app, client, '/page');
      expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
      expect(answer.body).toEqual({ data: 'page' });
      await expectSignedIn(app, client);
    });

    it('may take the first value', async () => {
      await start(FirstValue);
      const { answer, ...rest } = await visit(app, client, '/many');
      expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
      expect(answer.body).toBe('first');
      await expectSignedIn(app, client);
    });

    it.each([
      [408, RequestTimeoutException, 'token', 'rotated'],
      [503, ServiceUnavailableException, 'nothing', 'unchanged'],
    ] as const)('may stop waiting for the handler and answer %i', async (status, refusal, told, row) => {
      TimeLimit.refusal = refusal;
      handlerMayFinish = new Latch();
      await start(TimeLimit);
      expect(await outcome(app, client, '/slow')).toEqual([status, told, row]);
      const before = await rowOf(app, client);
      handlerMayFinish.release();
      await settled();
      expect(fateOf(before, await rowOf(app, client))).toBe('unchanged');
      await expectSignedIn(app, client);
    });

    it('may fail with what the handler answered: nothing rotates', async () => {
      await start(Fails);
      expect(await outcome(app, client, '/page')).toEqual([500, 'nothing', 'unchanged']);
    });

    it('may turn an unexpected failure into an answer: it rotates as after any answer', async () => {
      await start(Rescue);
      const { answer, ...rest } = await visit(app, client, '/broken');
      expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
      expect(answer.body).toBe('rescued');
      await expectSignedIn(app, client);
    });

    it.each(['refused', 'failed'])('may try again what was %s: it rotates once', async (failure) => {
      await start(TriesAgain);
      app.log.take();
      const answer = await client.go(`/flaky/${failure}`);
      expect(app.log.take()).toEqual(['SELECT', 'UPDATE']);
      expect([answer.status, told(answer), answer.body]).toEqual([200, 'token', 'third time lucky']);
      await expectSignedIn(app, client);
    });

    it('may answer from a cache without asking the handler', async () => {
      await start(Cache);
      const { answer, ...rest } = await visit(app, client, '/page');
      expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
      expect(answer.body).toBe('cached');
      app.clock.advance('10s');
      expect(await outcome(app, client, '/page')).toEqual([200, 'token', 'rotated']);
    });
  });
});

function startWith(platform: Platform, place: Place, interceptor: Type<NestInterceptor>): Promise<TestApp> {
  @Controller()
  @UseInterceptors(...(place === 'on the controller' ? [interceptor] : []))
  class DecoratedController extends PageController {}

  return TestApp.start(platform, {
    controllers: [DecoratedController],
    providers: place === 'in the root module' ? [{ provide: APP_INTERCEPTOR, useClass: interceptor }] : [],
    configure: (nest) => {
      if (place === 'of the application') nest.useGlobalInterceptors(new interceptor());
    },
  });
}
