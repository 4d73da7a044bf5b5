import { afterEach, describe, expect, it } from 'vitest';
import { TestApp, User } from '../support/app.js';
import { eventually, ProtocolClient, send } from '../support/client.js';
import { Latch, settled } from '../support/latch.js';
import { MembersController } from '../support/members.js';

/** The only connection shows what the transaction of somebody else has not committed. */
describe('on SQLite, a client that an open transaction seems to end', () => {
  let app: TestApp;
  afterEach(() => app.close());

  /** Raises the epoch of a user in a transaction that stays open until it is told how to end. */
  async function raiseEpoch(user: User): Promise<(end: 'commit' | 'roll back') => Promise<void>> {
    const latch = new Latch();
    let isWanted = true;
    const transaction = app.dataSource.transaction(async (manager) => {
      await manager.increment(User, { id: user.id }, 'authEpoch', 1);
      await latch.wait();
      if (!isWanted) throw new Error('rolled back');
    });
    await latch.reached;
    return async (end) => {
      isWanted = end === 'commit';
      latch.release();
      await transaction.catch(() => {});
    };
  }

  it.each([
    ['headers', {}],
    ['cookie mode', { cookieEnabled: true }],
  ])('is refused only when it has been committed: %s', async (_, auth) => {
    app = await TestApp.start({ adapter: 'express', database: 'sqlite' }, { auth, controllers: [MembersController] });
    const user: User = await app.user();
    const { headers } = await ProtocolClient.justSignedIn(app, user);
    for (const [end, status, cookies] of [
      ['roll back', 200, 0],
      ['commit', 401, 'cookieEnabled' in auth ? 1 : 0],
    ] as const) {
      const finish = await raiseEpoch(user);
      app.log.take();
      let isAnswered = false;
      const answer = send(`${app.url}/members`, { headers }).finally(() => (isAnswered = true));
      await eventually(() => app.log.take().includes('SELECT'));
      await settled();
      expect(isAnswered).toBe(false);
      await finish(end);
      expect([end, (await answer).status, (await answer).headers.getSetCookie().length]).toEqual([
        end,
        status,
        cookies,
      ]);
    }
  });

  it('does not hold up the refusal of noise', async () => {
    app = await TestApp.start({ adapter: 'express', database: 'sqlite' }, { controllers: [MembersController] });
    const user: User = await app.user();
    const { headers } = await ProtocolClient.justSignedIn(app, user);
    const finish = await raiseEpoch(await app.user());
    const answer = await send(`${app.url}/members`, { headers: { ...headers, 'access-token': 'noise' } });
    expect(answer.status).toBe(401);
    await finish('commit');
  });
});
