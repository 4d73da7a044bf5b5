import { Controller, Inject, Post, Query } from '@nestjs/common';
import { TokenAuthEvents, TokenService } from 'nestjs-token-auth';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApp, User } from '../support/app.js';
import { ProtocolClient, sendJson, told } from '../support/client.js';
import { Latch } from '../support/latch.js';
import { MembersController } from '../support/members.js';

/** Longer than any statement takes; a write that does not wait for the transaction is done by then. */
const A_WHILE = 100;

const PASSWORD = 'correct horse';
let latch: Latch;

/** Work of the application that fails and is rolled back. */
@Controller('books')
class BooksController {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Post()
  async create(@Query('name') name: string) {
    try {
      await this.dataSource.transaction(async (manager) => {
        await manager.getRepository(User).save({ email: name, uid: name, provider: 'email' });
        await latch.wait();
        throw new Error('The book cannot be booked.');
      });
    } catch {
      return { rolledBack: true };
    }
    return { rolledBack: false };
  }
}

describe('on SQLite, while the transaction of some handler is open', () => {
  let app: TestApp;
  let failures: string[];
  beforeEach(async () => {
    latch = new Latch();
    app = await TestApp.start(
      { adapter: 'express', database: 'sqlite' },
      { controllers: [BooksController, MembersController] },
    );
    failures = [];
    app.nest.get(TokenAuthEvents).on('rotation.failed', ({ error }) => failures.push(String(error)));
  });
  afterEach(async () => {
    latch.release();
    await app.close();
  });

  /** Runs the work while a transaction is open, which is rolled back when the work has had time to be done. */
  async function amidTransaction<T>(work: () => Promise<T>): Promise<T> {
    const transaction = sendJson(`${app.url}/books?name=rolled-back`, 'POST', {});
    await latch.reached;
    const done = work();
    await Promise.race([done, sleep(A_WHILE)]);
    latch.release();
    expect((await transaction).body).toEqual({ rolledBack: true });
    const result = await done;
    expect(await app.dataSource.getRepository(User).countBy({ uid: 'rolled-back' })).toBe(0);
    return result;
  }

  it('a rotation survives its rollback', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { tokenHash } = await app.row();
    const answer = await amidTransaction(() => client.go('/members'));
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(failures).toEqual([]);

    const row = await app.row();
    expect(row.generation).toBe(1);
    expect(row.replacedHash).toBe(tokenHash);
    app.clock.advance('6s');
    const next = await client.go('/members');
    expect([next.status, told(next)]).toEqual([200, 'token']);
  });

  it('the extension of a batch survives its rollback', async () => {
    const client = await ProtocolClient.signedIn(app);
    const late = new ProtocolClient(app, client.headers);
    await client.go('/members');
    app.clock.advance('4s');
    expect(told(await amidTransaction(() => late.go('/members')))).toBe('blank');
    app.clock.advance('4s');
    expect((await late.go('/members')).status).toBe(200);
  });

  it('a sign-in survives its rollback', async () => {
    const account = { email: 'ada@example.com', password: PASSWORD };
    await sendJson(`${app.url}/auth`, 'POST', account);
    const answer = await amidTransaction(() => sendJson(`${app.url}/auth/sign_in`, 'POST', account));
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(await app.rows()).toHaveLength(2);
    const { accessToken, client, uid } = answer.auth;
    const ada = new ProtocolClient(app, { 'access-token': accessToken ?? '', client: client ?? '', uid: uid ?? '' });
    expect((await ada.go('/members')).status).toBe(200);
  });

  it('a sign-up survives its rollback', async () => {
    // The first password starts the worker, which takes longer than the transaction.
    await sendJson(`${app.url}/auth`, 'POST', { email: 'eve@example.com', password: PASSWORD });
    const account = { email: 'ada@example.com', password: PASSWORD };
    const answer = await amidTransaction(() => sendJson(`${app.url}/auth`, 'POST', account));
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect((await sendJson(`${app.url}/auth/sign_in`, 'POST', account)).status).toBe(200);
  });

  it('a token that a program issues survives its rollback', async () => {
    const user = await app.user();
    const { accessToken, client, uid } = await amidTransaction(() => app.nest.get(TokenService).issue(user));
    const holder = new ProtocolClient(app, { 'access-token': accessToken, client, uid });
    expect((await holder.go('/members')).status).toBe(200);
  });

  it('a sign-out survives its rollback', async () => {
    const client = await ProtocolClient.signedIn(app);
    const answer = await amidTransaction(() => client.go('/auth/sign_out', { method: 'DELETE' }));
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    expect(await app.rows()).toEqual([]);
    expect((await client.go('/members')).status).toBe(401);
  });

  it('the end of all clients survives its rollback', async () => {
    const user = await app.user();
    const clients = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    await amidTransaction(() => app.nest.get(TokenService).revokeAll(user));
    expect(await app.rows()).toEqual([]);
    for (const client of clients) expect((await client.go('/members')).status).toBe(401);
    const { authEpoch } = await app.dataSource
      .getRepository(User)
      .findOneOrFail({ where: { id: user.id }, select: { authEpoch: true } });
    expect(authEpoch).toBe(1);
  });

  it('a rotation gives up when it stays open for long, and the token stays valid', async () => {
    const client = await ProtocolClient.signedIn(app);
    const transaction = sendJson(`${app.url}/books?name=slow`, 'POST', {});
    await latch.reached;
    const answer = await client.go('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'blank']);
    expect(answer.body).toEqual({ uid: client.headers['uid'] });
    expect(failures).toHaveLength(1);
    latch.release();
    expect((await transaction).body).toEqual({ rolledBack: true });

    expect((await app.row()).generation).toBe(0);
    const next = await client.go('/members');
    expect([next.status, told(next)]).toEqual([200, 'token']);
  });
});
