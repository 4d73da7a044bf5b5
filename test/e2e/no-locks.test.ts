import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { TokenAuthGuard } from 'nestjs-token-auth';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { Latch } from '../support/latch.js';
import { locksOf } from '../support/locks.js';

let latch: Latch;

@Controller('members')
@UseGuards(TokenAuthGuard)
class MembersController {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Get()
  async show() {
    await latch.wait();
    return { ok: true };
  }

  /** What the module must not do, so that the test is known to see it. */
  @Get('locked')
  async lock(@Query('id') id: string) {
    await this.dataSource.transaction(async (manager) => {
      await manager.getRepository(User).update({ id: Number(id) }, { name: 'Ada' });
      await latch.wait();
    });
    return { ok: true };
  }
}

onEveryDatabase('while a handler runs', (platform) => {
  let database: TestDatabase;
  let app: TestApp;
  let observer: DataSource;
  beforeAll(async () => {
    database = await createDatabase(platform.database);
    app = await TestApp.start(platform, {
      database,
      dataSource: { synchronize: true },
      controllers: [MembersController],
    });
    observer = await new DataSource(database.options).initialize();
  });
  afterAll(async () => {
    await app.close();
    await observer.destroy();
    await database.drop();
  });
  beforeEach(() => {
    latch = new Latch();
  });
  afterEach(() => latch.release());

  /** Sends a request and looks at the database while its handler waits. */
  async function locksDuring(client: ProtocolClient, path: string): Promise<unknown[]> {
    const answer = client.go(path);
    await latch.reached;
    const locks = await locksOf(platform, app, observer);
    latch.release();
    expect((await answer).status).toBe(200);
    return locks;
  }

  it('no transaction and no lock is open in a request that rotates', async () => {
    expect(await locksDuring(await ProtocolClient.signedIn(app), '/members')).toEqual([]);
  });

  it('no transaction and no lock is open in a request of a batch', async () => {
    expect(await locksDuring(await ProtocolClient.justSignedIn(app), '/members')).toEqual([]);
  });

  it('a transaction of the handler itself would be seen', async () => {
    const user = await app.user();
    const client = await ProtocolClient.justSignedIn(app, user);
    expect(await locksDuring(client, `/members/locked?id=${user.id}`)).not.toEqual([]);
  });
});
