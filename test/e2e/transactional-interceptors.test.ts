import {
  Controller,
  Get,
  Inject,
  Injectable,
  UseGuards,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TokenAuthEvents, TokenAuthGuard } from 'nestjs-token-auth';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { onEveryDatabase, onEveryServer, TestApp, type Platform } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { Barrier } from '../support/barrier.js';
import { expectSignedIn } from '../support/visits.js';

/** Runs every handler of the application in a transaction. */
@Injectable()
class InTransaction implements NestInterceptor {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return from(this.dataSource.transaction(() => lastValueFrom(next.handle(), { defaultValue: undefined })));
  }
}

let barrier: Barrier;

@Controller('work')
@UseGuards(TokenAuthGuard)
class WorkController {
  @Get()
  async work() {
    await barrier.pass();
    return {};
  }
}

let app: TestApp;
let failures: string[];
afterEach(() => app.close());

async function start(platform: Platform, dataSource: object = {}): Promise<void> {
  app = await TestApp.start(platform, {
    controllers: [WorkController],
    providers: [{ provide: APP_INTERCEPTOR, useClass: InTransaction }],
    dataSource: dataSource as Partial<DataSourceOptions>,
  });
  failures = [];
  app.nest.get(TokenAuthEvents).on('rotation.failed', ({ error }) => failures.push(String(error)));
}

onEveryDatabase('an interceptor of the application that runs handlers in a transaction', (platform) => {
  it('has ended it when the token rotates', async () => {
    await start(platform);
    barrier = new Barrier(1);
    const client = await ProtocolClient.signedIn(app);
    app.log.take();
    const answer = await client.go('/work');
    expect(app.log.take().slice(2)).toEqual(['COMMIT', 'UPDATE']);
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(failures).toEqual([]);
    await expectSignedIn(app, client);
  });
});

onEveryServer('interceptors of the application whose transactions take all connections', (platform) => {
  it('leave one for every rotation', async () => {
    const limit = platform.database === 'postgres' ? { max: 2, connectionTimeoutMillis: 2000 } : { connectionLimit: 2 };
    await start(platform, { extra: limit });
    barrier = new Barrier(2);
    const clients = [await ProtocolClient.justSignedIn(app), await ProtocolClient.justSignedIn(app)];
    app.clock.advance('10s');
    const answers = await Promise.all(clients.map((client) => client.go('/work')));
    expect(answers.map((answer) => [answer.status, told(answer)])).toEqual([
      [200, 'token'],
      [200, 'token'],
    ]);
    expect(failures).toEqual([]);
    for (const client of clients) await expectSignedIn(app, client);
  });
});
