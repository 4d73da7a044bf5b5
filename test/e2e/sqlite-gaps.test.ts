import { PasswordHasher, TokenService, type PasswordVerdict } from 'nestjs-token-auth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialsOf, freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { TestApp, User } from '../support/app.js';
import { told } from '../support/client.js';
import { settled } from '../support/latch.js';
import { quickDigestOf } from '../support/slow-hasher.js';

/** More turns of the microtask queue than any write needs. */
const TURNS = 100;

/** What an application does when a password has been hashed and the sign-up goes on. */
let meanwhile: () => void;

class FastHasher extends PasswordHasher {
  override async hash(password: string): Promise<string> {
    meanwhile();
    return quickDigestOf(password);
  }

  override async verify(password: string, digest: string | null): Promise<PasswordVerdict> {
    return { valid: digest === quickDigestOf(password), outdated: false };
  }
}

/** Between its look at the connection and its write nothing of ours may give way: a transaction would slip in. */
describe('on SQLite, a transaction that begins while something is written, at whatever moment', () => {
  let app: TestApp;
  beforeEach(async () => {
    meanwhile = () => {};
    app = await TestApp.start(
      { adapter: 'express', database: 'sqlite' },
      { auth: { passwordHasher: FastHasher, maxNumberOfDevices: TURNS } },
    );
  });
  afterEach(() => app.close());

  async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await Promise.resolve();
  }

  it('does not take the end of a client with it when it is rolled back', async () => {
    const tokens = app.nest.get(TokenService);
    const { databaseConnection: connection } = app.dataSource.driver as unknown as {
      databaseConnection: { exec(sql: string): void };
    };
    const user = await app.user();
    const lost: number[] = [];
    for (let turn = 0; turn < 30; turn++) {
      const { client } = await tokens.issue(user);
      const id = (await app.rowOf({ headers: { client } }))?.id ?? '';
      const revoked = tokens.revoke(user, id);
      await turns(turn);
      connection.exec('BEGIN');
      await settled();
      connection.exec('ROLLBACK');
      expect(await revoked).toBe(true);
      if ((await app.rowOf({ headers: { client } })) !== undefined) lost.push(turn);
    }
    expect(lost).toEqual([]);
  });

  it('neither takes a new account with it when it is rolled back, nor is it disturbed', async () => {
    const reasons: string[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      let other: Promise<User> | undefined;
      meanwhile = () => {
        meanwhile = () => {};
        const work = async () => {
          await settled();
          throw new Error('rolled back');
        };
        other = turns(turn).then(async () => {
          await app.dataSource.transaction(work).catch((error: unknown) => reasons.push(String(error)));
          // The key of the row that was rolled back is free again.
          return await app.user({ name: 'somebody else' });
        });
      };
      const account = { email: freshEmail(), password: PASSWORD };
      const answer = await signUp(app, account);
      expect([turn, answer.status, told(answer)]).toEqual([turn, 200, 'token']);
      const { body } = await signIn(app, account);
      expect([turn, body.data.id, body.data.uid]).toEqual([turn, answer.body.data.id, account.email]);
      const { id } = (await other) as User;
      expect(await app.dataSource.getRepository(User).findOneBy({ id })).toMatchObject({ name: 'somebody else' });
      const { 'access-token': accessToken = '', client = '', uid = '' } = credentialsOf(answer);
      const owner = await app.nest.get(TokenService).authenticate({ accessToken, client, uid });
      expect([turn, owner?.user.uid]).toEqual([turn, account.email]);
    }
    expect(reasons).toEqual(Array<string>(TURNS).fill('Error: rolled back'));
  });
});
