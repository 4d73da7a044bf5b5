import {
  ConflictException,
  Controller,
  Get,
  Injectable,
  Param,
  RequestTimeoutException,
  ServiceUnavailableException,
  UseGuards,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { catchError, map, of, retry, take, throwError, timeout, TimeoutError, type Observable } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, type Platform } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
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

onEveryAdapter('an interceptor of the application', (platform) => {
  let app: TestApp;
  afterEach(async () => {
    await app.close();
  });

  it('may replace the answer', async () => {
    app = await startAround(platform, Envelope);
    const client = await ProtocolClient.signedIn(app);
    const { answer, ...rest } = await visit(app, client, '/page');
    expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
    expect(answer.body).toEqual({ data: 'page' });
    await expectSignedIn(app, client);
  });

  it('may take the first value: it comes when the headers have been written', async () => {
    app = await startAround(platform, FirstValue);
    const client = await ProtocolClient.signedIn(app);
    expect(await outcome(app, client, '/page')).toEqual([200, 'token', 'rotated']);
    app.clock.advance('10s');
    expect(await outcome(app, client, '/many')).toEqual([200, 'token', 'rotated']);
    await expectSignedIn(app, client);
  });

  it.each([
    [408, RequestTimeoutException, 'token', 'rotated'],
    [503, ServiceUnavailableException, 'nothing', 'unchanged'],
  ] as const)('may stop waiting for the handler and answer %i, which counts as the answer', async (...expected) => {
    const [status, refusal, told, row] = expected;
    TimeLimit.refusal = refusal;
    handlerMayFinish = new Latch();
    app = await startAround(platform, TimeLimit);
    const client = await ProtocolClient.signedIn(app);
    expect(await outcome(app, client, '/slow')).toEqual([status, told, row]);
    const before = await rowOf(app, client);
    handlerMayFinish.release();
    await settled();
    expect(fateOf(before, await rowOf(app, client))).toBe('unchanged');
    await expectSignedIn(app, client);
  });

  it('may fail: nothing rotates', async () => {
    app = await startAround(platform, Fails);
    const client = await ProtocolClient.signedIn(app);
    expect(await outcome(app, client, '/page')).toEqual([500, 'nothing', 'unchanged']);
  });

  it.each(['refused', 'failed'])('may try again what was %s: it rotates once', async (failure) => {
    app = await startAround(platform, TriesAgain);
    const client = await ProtocolClient.signedIn(app);
    const { answer, ...rest } = await visit(app, client, `/flaky/${failure}`);
    expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
    expect(answer.body).toBe('third time lucky');
    await expectSignedIn(app, client);
  });

  it('may turn an unexpected failure into an answer: the token rotates as ever', async () => {
    app = await startAround(platform, Rescue);
    const client = await ProtocolClient.signedIn(app);
    expect(await outcome(app, client, '/broken')).toEqual([200, 'token', 'rotated']);
    await expectSignedIn(app, client);
  });

  it('may answer without the handler: the token rotates as ever', async () => {
    app = await startAround(platform, Cache);
    const client = await ProtocolClient.signedIn(app);
    const { answer, ...rest } = await visit(app, client, '/page');
    expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
    expect(answer.body).toBe('cached');
    await expectSignedIn(app, client);
  });
});

/** Global interceptors of the root module run around those of imported modules. */
function startAround(platform: Platform, interceptor: Type<NestInterceptor>): Promise<TestApp> {
  return TestApp.start(platform, {
    controllers: [PageController],
    providers: [{ provide: APP_INTERCEPTOR, useClass: interceptor }],
  });
}
