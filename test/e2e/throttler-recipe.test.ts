import { Controller, Get, HttpException, Injectable, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { seconds, Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { afterEach, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, TestApp, type AppOptions } from '../support/app.js';
import { ProtocolClient, sendJson, told, type Answer } from '../support/client.js';

const LIMIT = 5;

/** Refuses in the words of the protocol, which clients can show. */
@Injectable()
class RequestGuard extends ThrottlerGuard {
  protected override async throwThrottlingException(): Promise<void> {
    throw new HttpException({ success: false, errors: ['Too many requests. Please try again later.'] }, 429);
  }
}

@Controller('projects')
@Throttle({ default: { ttl: seconds(60), limit: 2 * LIMIT } })
@UseGuards(TokenAuthGuard)
class ProjectsController {
  @Get()
  list() {
    return [];
  }
}

onEveryAdapter('with @nestjs/throttler', (platform) => {
  let app: TestApp;
  afterEach(() => app.close());

  async function start(providers: AppOptions['providers'] = []): Promise<void> {
    app = await TestApp.start(platform, {
      imports: [ThrottlerModule.forRoot([{ ttl: seconds(60), limit: LIMIT }])],
      controllers: [ProjectsController],
      providers: [{ provide: APP_GUARD, useClass: RequestGuard }, ...providers],
    });
  }

  function expectRefusal(answer: Answer): void {
    const body = { success: false, errors: ['Too many requests. Please try again later.'] };
    expect([answer.status, answer.body, told(answer)]).toEqual([429, body, 'nothing']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }

  it('each endpoint answers 429 beyond the limit of its own', async () => {
    await start();
    const { email } = await newAccount(app);
    for (let turn = 0; turn < LIMIT; turn++) {
      const answer = await signIn(app, { email, password: PASSWORD });
      expect([answer.status, told(answer), answer.headers.get('x-ratelimit-remaining')]).toEqual([
        200,
        'token',
        String(LIMIT - 1 - turn),
      ]);
    }
    expectRefusal(await signIn(app, { email, password: PASSWORD }));
    for (let turn = 0; turn < LIMIT; turn++) {
      expect((await sendJson(`${app.url}/auth/password`, 'POST', { email: freshEmail() })).status).not.toBe(429);
    }
    expectRefusal(await sendJson(`${app.url}/auth/password`, 'POST', { email: freshEmail() }));
  });

  it.each([
    ['is not even looked at', []],
    ['has been accepted', [{ provide: APP_GUARD, useClass: TokenAuthGuard }]],
  ])('a refused request whose token %s costs its client nothing', async (_, providers) => {
    await start(providers);
    const client = await ProtocolClient.signedIn(app);
    for (let turn = 0; turn < 2 * LIMIT; turn++) expect((await client.go('/projects')).status).toBe(200);
    app.clock.advance('10s');
    const before = await app.row();
    expectRefusal(await client.go('/projects'));
    expect(await app.row()).toEqual(before);
    expect((await client.go('/auth/validate_token')).status).toBe(200);
  });
});
