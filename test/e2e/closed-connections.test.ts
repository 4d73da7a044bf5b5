import { Readable } from 'node:stream';
import { Controller, Get, Req, Res, StreamableFile, UnprocessableEntityException, UseGuards } from '@nestjs/common';
import { RotateEarly, TokenAuthGuard } from 'nestjs-token-auth';
import { from } from 'rxjs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { eventually, ProtocolClient } from '../support/client.js';
import { Latch, settled } from '../support/latch.js';
import { RawRequest } from '../support/raw-request.js';
import { expectSignedIn, fateOf, outcome, rowOf } from '../support/visits.js';

/** Of the present test; what is left of an earlier one keeps its own. */
let seen: { entered: boolean; peerGone: boolean };
let left: Latch;
let mayFinish: Latch;

@Controller()
@UseGuards(TokenAuthGuard)
class SlowController {
  @Get('slow')
  async slow(@Req() request: any) {
    await this.wait(request);
    return 'slow';
  }

  @Get('slow-refusal')
  async slowRefusal(@Req() request: any) {
    await this.wait(request);
    throw new UnprocessableEntityException();
  }

  @Get('slow-observable')
  slowObservable(@Req() request: any) {
    return from(this.wait(request));
  }

  @Get('slow-own')
  async slowOwn(@Req() request: any, @Res() response: any) {
    await this.wait(request);
    response.send('slow');
  }

  @Get('slow-early')
  @RotateEarly()
  async slowEarly(@Req() request: any) {
    await this.wait(request);
    return 'slow';
  }

  /** Its headers go out at once and its end never comes. */
  @Get('endless')
  endless() {
    const stream = new Readable({ read() {} });
    stream.push('begins');
    return new StreamableFile(stream);
  }

  private async wait(request: any): Promise<void> {
    const { socket } = request.raw ?? request;
    const mine = seen;
    socket.once('close', () => (mine.peerGone = true));
    mine.entered = true;
    await mayFinish.wait();
    left.release();
  }
}

onEveryAdapter('a peer that closes its connection', (platform) => {
  let app: TestApp;
  let client: ProtocolClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [SlowController] });
  });
  afterAll(() => app.close());

  beforeEach(async () => {
    seen = { entered: false, peerGone: false };
    [left, mayFinish] = [new Latch(), new Latch()];
    client = await ProtocolClient.signedIn(app);
  });

  const paths = ['/slow', '/slow-refusal', '/slow-observable', '/slow-own'];
  it.each(paths.flatMap((path) => [[path, 'cut'] as const, [path, 'reset'] as const]))(
    'keeps its token when it goes while the handler runs: %s, %s',
    async (path, way) => {
      const before = await rowOf(app, client);
      const request = RawRequest.send(app, client, path);
      await eventually(() => seen.entered);
      request[way]();
      await eventually(() => seen.peerGone);
      mayFinish.release();
      await left.wait();
      await settled();
      expect(fateOf(before, await rowOf(app, client))).toBe('unchanged');
      expect(await outcome(app, client, '/auth/validate_token')).toEqual([200, 'token', 'rotated']);
      await expectSignedIn(app, client);
    },
  );

  it('would have been told a new token had it waited', async () => {
    const before = await rowOf(app, client);
    const request = RawRequest.send(app, client, '/slow');
    await eventually(() => seen.entered);
    mayFinish.release();
    await eventually(() => request.headersReceived);
    expect(fateOf(before, await rowOf(app, client))).toBe('rotated');
    client.headers['access-token'] = request.header('access-token') ?? '';
    request.cut();
    await expectSignedIn(app, client);
  });

  it('has its new token when it goes after the headers', async () => {
    const request = RawRequest.send(app, client, '/endless');
    await eventually(() => request.headersReceived);
    request.cut();
    expect(request.header('access-token')).not.toBe(client.token);
    client.headers['access-token'] = request.header('access-token') ?? '';
    await expectSignedIn(app, client);
  });

  it('may have lost its new token with @RotateEarly(), and then has its batch to come back in', async () => {
    const request = RawRequest.send(app, client, '/slow-early');
    await eventually(() => seen.entered);
    request.cut();
    await eventually(() => seen.peerGone);
    mayFinish.release();
    await left.wait();
    expect(await outcome(app, client, '/auth/validate_token')).toEqual([200, 'blank', 'unchanged']);
  });

  it('keeps its token when it closes only its own direction: the answer still arrives', async () => {
    const request = RawRequest.send(app, client, '/slow');
    await eventually(() => seen.entered);
    request.finishSending();
    mayFinish.release();
    await eventually(() => request.headersReceived);
    expect(request.header('access-token')).not.toBe(client.token);
    client.headers['access-token'] = request.header('access-token') ?? '';
    await expectSignedIn(app, client);
  });
});
