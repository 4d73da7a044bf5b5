import { Controller, Get, Inject, Req, UseGuards } from '@nestjs/common';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { eventually, ProtocolClient } from '../support/client.js';
import { Latch, settled } from '../support/latch.js';
import { RawRequest } from '../support/raw-request.js';
import { expectSignedIn, fateOf, rowOf } from '../support/visits.js';

let transaction: Latch;
/** Of the present test; what is left of an earlier one keeps its own. */
let seen: { finished: boolean; peerGone: boolean };

@Controller()
@UseGuards(TokenAuthGuard)
class GreedyController {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Keeps the only connection busy for longer than it runs. */
  @Get('greedy')
  async greedy(@Req() request: any) {
    const mine = seen;
    request.socket.once('close', () => (mine.peerGone = true));
    void this.dataSource.transaction(() => transaction.wait());
    await transaction.reached;
    mine.finished = true;
    return 'greedy';
  }
}

onEveryDatabase('a peer that goes while its rotation waits for a connection', (platform) => {
  it.each(['goes', 'stays'])('gets what it can learn of: %s', async (way) => {
    transaction = new Latch();
    seen = { finished: false, peerGone: false };
    const dataSource = platform.database === 'sqlite' ? {} : { poolSize: 1 };
    const app = await TestApp.start(platform, { controllers: [GreedyController], dataSource });
    try {
      const client = await ProtocolClient.signedIn(app);
      const before = await rowOf(app, client);
      const request = RawRequest.send(app, client, '/greedy');
      await eventually(() => seen.finished);
      await settled();
      if (way === 'goes') {
        request.cut();
        await eventually(() => seen.peerGone);
      }
      transaction.release();
      // Another client's rotation has its turn after this one's.
      await expectSignedIn(app, await ProtocolClient.justSignedIn(app));
      expect(fateOf(before, await rowOf(app, client))).toBe(way === 'goes' ? 'unchanged' : 'rotated');
      await eventually(() => way === 'goes' || request.headersReceived);
      client.headers['access-token'] = request.header('access-token') ?? client.token;
      await expectSignedIn(app, client);
    } finally {
      await app.close();
    }
  });
});
