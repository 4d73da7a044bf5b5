import {
  Controller,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Redirect,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { concat, EMPTY, interval, map, of, take, throwError } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { expectSignedIn, outcome, visit } from '../support/visits.js';

@Controller()
@UseGuards(TokenAuthGuard)
class AnswersController {
  @Get('text')
  text() {
    return 'text';
  }

  @Get('nothing')
  @HttpCode(204)
  nothing() {}

  @Get('not-modified')
  @HttpCode(304)
  notModified() {}

  @Get('file')
  @Header('Content-Type', 'text/plain')
  file() {
    return new StreamableFile(Buffer.from('one two three'));
  }

  @Get('elsewhere')
  @Redirect('/text', 302)
  elsewhere() {}

  @Get('many')
  many() {
    return interval(2).pipe(
      take(3),
      map((value) => ({ value })),
    );
  }

  @Get('at-once')
  atOnce() {
    return of(1, 2, { value: 3 });
  }

  @Get('empty')
  empty() {
    return EMPTY;
  }

  @Get('first-then-broken')
  firstThenBroken() {
    return concat(
      of('first'),
      throwError(() => new Error('unexpected')),
    );
  }

  @Get('later-missing')
  laterMissing() {
    return throwError(() => new NotFoundException());
  }

  @Get('later-broken')
  laterBroken() {
    return throwError(() => new Error('unexpected'));
  }
}

onEveryAdapter('an answer with a new token', (platform) => {
  let app: TestApp;
  let client: ProtocolClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [AnswersController] });
    client = await ProtocolClient.signedIn(app);
  });
  afterAll(() => app.close());

  const shapes: [string, string, number, unknown][] = [
    ['a text', '/text', 200, 'text'],
    ['no content', '/nothing', 204, ''],
    ['not modified', '/not-modified', 304, ''],
    ['a file', '/file', 200, 'one two three'],
    ['a redirect', '/elsewhere', 302, expect.any(String)],
    ['the last of several values over time', '/many', 200, { value: 2 }],
    ['the last of several values at once', '/at-once', 200, { value: 3 }],
    ['no value at all', '/empty', 200, ''],
  ];
  it.each(shapes)('can be %s', async (_, path, status, body) => {
    app.clock.advance('10s');
    const { answer, ...rest } = await visit(app, client, path);
    expect(rest).toEqual({ status, told: 'token', row: 'rotated' });
    expect(answer.body).toEqual(body);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('location')).toBe(status === 302 ? '/text' : null);
    await expectSignedIn(app, client);
  });

  it('can be one to HEAD', async () => {
    app.clock.advance('10s');
    const { answer, ...rest } = await visit(app, client, '/text', { method: 'HEAD' });
    expect(rest).toEqual({ status: 200, told: 'token', row: 'rotated' });
    expect(answer.body).toBe('');
    await expectSignedIn(app, client);
  });

  it('can be a failure of an Observable, by the same rules', async () => {
    app.clock.advance('10s');
    expect(await outcome(app, client, '/later-missing')).toEqual([404, 'token', 'rotated']);
    app.clock.advance('10s');
    expect(await outcome(app, client, '/later-broken')).toEqual([500, 'nothing', 'unchanged']);
    expect(await outcome(app, client, '/first-then-broken')).toEqual([500, 'nothing', 'unchanged']);
    await expectSignedIn(app, client);
  });

  it('is not given to a preflight, which carries no credentials and authenticates nobody', async () => {
    app.clock.advance('10s');
    const { row, told } = await visit(app, client, '/text', { method: 'OPTIONS' });
    expect([told, row]).toEqual(['nothing', 'unchanged']);
    await expectSignedIn(app, client);
  });
});

// Fastify answers conditional requests only with a plugin.
describe('an answer to a conditional request (express)', () => {
  it('tells the token although nothing was modified', async () => {
    const app = await TestApp.start({ adapter: 'express', database: 'sqlite' }, { controllers: [AnswersController] });
    try {
      const client = await ProtocolClient.signedIn(app);
      const etag = (await client.go('/text')).headers.get('etag') ?? '';
      app.clock.advance('10s');
      const init = { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } };
      expect(await outcome(app, client, '/text', init)).toEqual([304, 'token', 'rotated']);
      expect(await outcome(app, client, '/text', init)).toEqual([304, 'blank', 'unchanged']);
      await expectSignedIn(app, client);
    } finally {
      await app.close();
    }
  });
});
