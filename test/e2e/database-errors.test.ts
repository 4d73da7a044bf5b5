import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { TokenAuthEvents, TokenAuthUser, TokenService, type TokenAuthEventMap } from 'nestjs-token-auth';
import { BeforeInsert, Column, Entity } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { hold } from '../support/held.js';
import { LogKeeper } from '../support/log-keeper.js';
import { startMembers } from '../support/rotation.js';

/** Members of one family: only one of them can sign up. */
@Entity()
class Member extends TokenAuthUser {
  @Column({ type: 'varchar', unique: true })
  contact!: string;

  @BeforeInsert()
  setContact() {
    this.contact = 'family@example.com';
  }
}

onEveryDatabase('an error of the database', (platform) => {
  let app: TestApp;
  afterEach(async () => {
    await app.close();
    Logger.overrideLogger(false);
  });

  /** All that is logged from now on. */
  function keptLog(): LogKeeper {
    const log = new LogKeeper();
    Logger.overrideLogger(log);
    return log;
  }

  /** All that can be seen of something, also where it is nested or hidden. */
  function whole(seen: unknown): string {
    return inspect(seen, { depth: null, showHidden: true, maxStringLength: null });
  }

  async function loseTokens(): Promise<void> {
    await app.dataSource.query(`ALTER TABLE ${app.dataSource.getMetadata('UserAuthToken').tablePath} RENAME TO gone`);
  }

  it('tells programs and listeners its reason, but neither a statement nor a value', async () => {
    app = await startMembers(platform);
    const log = keptLog();
    const failures: TokenAuthEventMap['rotation.failed'][] = [];
    app.nest.get(TokenAuthEvents).on('rotation.failed', (event) => failures.push(event));
    const client = await ProtocolClient.signedIn(app);
    const row = await app.rowOf(client);
    const release = await hold(app, client);
    await loseTokens();
    const answer = await release();
    expect([answer.status, told(answer), failures.length]).toEqual([200, 'blank', 1]);
    const { uid = '', client: name = '', 'access-token': accessToken = '' } = client.headers;
    const refusal: unknown = await app.nest
      .get(TokenService)
      .authenticate({ uid, client: name, accessToken })
      .catch((error: unknown) => error);
    expect((await client.peek('/members')).status).toBe(503);

    for (const seen of [whole(failures), whole(refusal), log.lines.join('\n')]) {
      expect(seen).toContain('DatabaseError: The database could not carry out a statement');
      expect(seen).toMatch(/user_auth_token/);
      expect(seen).not.toMatch(/SELECT|UPDATE|WHERE|parameters/);
      const secrets = [uid, name, accessToken, row?.tokenHash, row?.tagKey].map((secret) => secret ?? '');
      expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
    }
  });

  it('does not log the value that a unique index refused', async () => {
    app = await TestApp.start(platform, { auth: { userEntity: Member } });
    const log = keptLog();
    await newAccount(app);
    const answer = await signUp(app, { email: freshEmail(), password: PASSWORD });
    expect([answer.status, told(answer)]).toEqual([422, 'nothing']);
    expect(answer.body.errors.full_messages).toEqual(['Base has already been taken']);
    const logged = log.lines.join('\n');
    expect(logged).toContain('a unique index refused the row');
    expect(logged).not.toMatch(/@|\$2[aby]\$|INSERT/);
  });
});
