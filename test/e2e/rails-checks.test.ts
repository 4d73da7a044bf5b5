import { hashSync } from 'bcryptjs';
import { LegacyChecksBusyError, tokenEntityFor, TokenService } from 'nestjs-token-auth';
import { TestClock } from 'nestjs-token-auth/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LegacyDigests } from '../../dist/tokens/legacy-digests.js';
import { onEveryAdapter, onEveryDatabase, User, type TestApp } from '../support/app.js';
import { told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { railsClient, RailsDatabase, railsUser, SESSION, session } from '../support/rails.js';
import { startMembers } from '../support/rotation.js';

const wrongToken = (index: number) => String(index).padStart(22, 'x');

onEveryDatabase('a batch with a token from Rails', (platform) => {
  let rails: RailsDatabase;
  let database: TestDatabase;
  const apps: TestApp[] = [];
  beforeEach(async () => {
    rails = await RailsDatabase.create(platform.database);
    database = await createDatabase(platform.database);
    for (const synchronize of [true, false]) {
      apps.push(await startMembers(platform, {}, { database, dataSource: { synchronize } }));
    }
    await rails.insert(railsUser(7));
    await rails.moveTo(apps[0]!);
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    await database.drop();
    await rails.close();
  });

  it('is let in whole by two processes, and told one new token', async () => {
    const requests = Array.from({ length: 8 }, (_, turn) => railsClient(apps[turn % 2]!, 7).peek('/members'));
    const answers = await Promise.all(requests);
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(answers.map(told).toSorted()).toEqual([...Array(7).fill('blank'), 'token']);
    expect(await apps[0]!.row()).toMatchObject({ generation: 1, legacyHashes: null });
    const successor = answers.find((answer) => told(answer) === 'token')?.auth.accessToken ?? '';
    const [, other] = apps as [TestApp, TestApp];
    other.clock.advance('10s');
    expect((await railsClient(other, 7).peek('/members')).status).toBe(401);
    expect((await railsClient(other, 7, successor).peek('/members')).status).toBe(200);
  });

  it('shares one check', async () => {
    const requests = Array.from({ length: 30 }, () => railsClient(apps[0]!, 7).peek('/members'));
    expect((await Promise.all(requests)).map(({ status }) => status)).toEqual(Array(30).fill(200));
  });
});

onEveryAdapter('wrong tokens for a client from Rails', (platform) => {
  it('are checked ten times a minute; then nobody is told whether a token is right', async () => {
    const rails = await RailsDatabase.create(platform.database);
    const app = await startMembers(platform);
    try {
      const token = hashSync(SESSION.token, 4);
      const tokens = JSON.stringify({ [SESSION.client]: session({ token, previous_token: hashSync('other', 4) }) });
      await rails.insert(railsUser(7, { tokens }), railsUser(8, { tokens: JSON.stringify({ other: session() }) }));
      await rails.moveTo(app);
      const [row] = await app.rows();
      const client = railsClient(app, 7);
      for (let index = 0; index < 10; index++) {
        expect((await client.show(wrongToken(index), '/members')).status).toBe(401);
      }
      for (const shown of [wrongToken(10), SESSION.token]) {
        const answer = await client.show(shown, '/members');
        expect([answer.status, Number(answer.headers.get('retry-after')) > 0, told(answer)]).toEqual([
          503,
          true,
          'nothing',
        ]);
      }
      const signOut = await client.peek('/auth/sign_out', { method: 'DELETE' });
      expect([signOut.status, Number(signOut.headers.get('retry-after')) > 0]).toEqual([503, true]);
      const credentials = { uid: 'user7@example.com', client: SESSION.client, accessToken: SESSION.token };
      await expect(app.nest.get(TokenService).authenticate(credentials)).rejects.toThrow(LegacyChecksBusyError);
      expect((await app.rows())[0]).toEqual(row);
      // Other clients have nothing to do with it, and what has not even the form of a token needs no check.
      expect((await railsClient(app, 8).peek('/members', { headers: { client: 'other' } })).status).toBe(200);
      expect((await client.show('no token', '/members')).status).toBe(401);

      app.clock.advance('1m');
      expect((await client.peek('/members')).status).toBe(200);
    } finally {
      await app.close();
      await rails.close();
    }
  });
});

onEveryAdapter('a token from Rails that the database cannot take over', (platform) => {
  it('is answered 503, and is let in when it can', async () => {
    const rails = await RailsDatabase.create(platform.database);
    const app = await startMembers(platform);
    try {
      await rails.insert(railsUser(7));
      await rails.moveTo(app);
      const table = app.dataSource.getMetadata(tokenEntityFor(User)).tableName;
      const refusal = `CREATE TRIGGER refusal BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`;
      await app.dataSource.query(refusal);
      const client = railsClient(app, 7);
      const answer = await client.peek('/members');
      expect([answer.status, Number(answer.headers.get('retry-after')) > 0, told(answer)]).toEqual([
        503,
        true,
        'nothing',
      ]);
      await app.dataSource.query('DROP TRIGGER refusal');
      expect((await client.peek('/members')).status).toBe(200);
    } finally {
      await app.close();
      await rails.close();
    }
  });
});

describe('checks of tokens from Rails', () => {
  it('wait in a queue that ends', async () => {
    const digests = new LegacyDigests(new TestClock());
    try {
      const legacyHashes = JSON.stringify([hashSync(SESSION.token, 4)]);
      const clients = Array.from({ length: 150 }, (_, index) => ({ id: String(index), legacyHashes }));
      const checks = await Promise.allSettled(clients.map((client) => digests.matches(SESSION.token, client)));
      const right = checks.filter((check) => check.status === 'fulfilled' && check.value);
      const refused = checks.filter(
        (check) => check.status === 'rejected' && check.reason instanceof LegacyChecksBusyError,
      );
      expect(right.length + refused.length).toBe(150);
      expect(right.length).toBeGreaterThanOrEqual(100);
      expect(right.length).toBeLessThan(110);
      // Nothing is held against a client that could not be heard.
      expect(await digests.matches(SESSION.token, { id: '149', legacyHashes })).toBe(true);
    } finally {
      await digests.onApplicationShutdown();
    }
  });
});
