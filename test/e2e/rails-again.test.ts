import { DatabaseError, identityEntityFor, tokenEntityFor } from 'nestjs-token-auth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORD, signIn } from '../support/accounts.js';
import { onEveryDatabase, User, type TestApp } from '../support/app.js';
import { PASSWORDS, railsClient, RailsDatabase, railsUser, SESSION, session, TWO_WEEKS } from '../support/rails.js';
import { startMembers } from '../support/rotation.js';

onEveryDatabase('moving in from Rails', (platform) => {
  let rails: RailsDatabase;
  let app: TestApp;
  beforeEach(async () => {
    rails = await RailsDatabase.create(platform.database);
    app = await startMembers(platform);
  });
  afterEach(async () => {
    await app.close();
    await rails.close();
  });

  const users = async (): Promise<User[]> => await app.dataSource.getRepository(User).find({ order: { id: 'ASC' } });
  const identities = () => app.dataSource.getRepository(identityEntityFor(User)).find();

  describe('once more', () => {
    it('leaves everything as it is', async () => {
      await rails.insert(railsUser(1), railsUser(2, { tokens: '{}' }));
      await rails.moveTo(app);
      const before = [await users(), await app.rows()];
      const report = await rails.moveTo(app);
      expect(report).toMatchObject({ users: 0, clients: 0, skippedUsers: 2, sharedEmails: [], faults: [] });
      expect([await users(), await app.rows()]).toEqual(before);
    });

    it('does not bring back a session that has ended here', async () => {
      await rails.insert(railsUser(1));
      await rails.moveTo(app);
      await railsClient(app, 1).peek('/auth/sign_out', { method: 'DELETE' });
      await rails.moveTo(app);
      expect((await railsClient(app, 1).peek('/members')).status).toBe(401);
    });

    it('goes on where it was cut off', async () => {
      const others = [2, 3, 4].map((id) => railsUser(id, { tokens: '{}' }));
      await rails.insert(railsUser(1), ...others);
      let count = 0;
      const map = () => {
        if (++count === 3) throw new Error('The power has failed.');
        return {};
      };
      await expect(rails.moveTo(app, { map })).rejects.toThrow('The power has failed.');
      expect((await users()).map(({ id }) => id)).toEqual([1, 2]);
      expect(await rails.moveTo(app)).toMatchObject({ users: 2, skippedUsers: 2 });
      expect((await users()).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    });

    it('tells of a user whose id somebody has taken meanwhile', async () => {
      await rails.insert(railsUser(1), railsUser(2, { tokens: '{}' }));
      await rails.moveTo(app, { map: ({ id }) => (Number(id) === 2 ? null : {}) });
      const { id } = await app.user();
      expect(id).toBe(2);
      for (const refresh of [false, true]) {
        const report = await rails.moveTo(app, { refresh });
        expect(report).toMatchObject({ users: 0, skippedUsers: 2, refreshedUsers: 0 });
        expect(report.faults.map(({ userId, reason }) => [Number(userId), reason])).toEqual([
          [2, 'Somebody else has its id here.'],
        ]);
      }
    });

    it('leaves nothing of a user whose last statement fails', async () => {
      await rails.insert(railsUser(1, { provider: 'github', uid: '12345' }));
      const { driver } = app.dataSource;
      const table = driver.escape(app.dataSource.getMetadata(tokenEntityFor(User)).tableName);
      await app.dataSource.query(`ALTER TABLE ${table} RENAME COLUMN ${driver.escape('nonce')} TO renamed`);
      await expect(rails.moveTo(app)).rejects.toThrow(DatabaseError);
      expect([await users(), await identities()]).toEqual([[], []]);
    });
  });

  describe('with refresh', () => {
    const later = '2025-12-31 23:30:00';
    const other = 'another-client-of-ada';

    it('takes over what has changed in Rails', async () => {
      const both = JSON.stringify({ [SESSION.client]: session(), [other]: session() });
      await rails.insert(
        railsUser(1, { tokens: both, encrypted_password: PASSWORDS.peppered }),
        railsUser(2, { tokens: null }),
      );
      await rails.moveTo(app);
      const expiry = app.clock.now() / 1000 - 1800 + TWO_WEEKS;
      const tokens = JSON.stringify({ [SESSION.client]: session({ expiry }), new: session() });
      await rails.update(1, {
        tokens,
        email: 'ada@example.com',
        encrypted_password: PASSWORDS.cost10,
        updated_at: later,
      });

      const report = await rails.moveTo(app, { refresh: true });
      expect(report).toMatchObject({ users: 0, refreshedUsers: 1, skippedUsers: 1, clients: 1 });
      const rows = await app.rows();
      expect(rows.map(({ client }) => client).toSorted()).toEqual([SESSION.client, 'new'].toSorted());
      expect(rows.find(({ client }) => client === SESSION.client)).toMatchObject({
        expiry,
        lastUsedAt: app.clock.now() - 1_800_000,
      });
      expect((await signIn(app, { email: 'ada@example.com', password: PASSWORD })).status).toBe(200);
      expect((await railsClient(app, 1).peek('/members')).status).toBe(200);
    });

    it('leaves users alone who have been used here, or have not changed', async () => {
      await rails.insert(railsUser(1), railsUser(2, { tokens: '{}' }));
      await rails.moveTo(app);
      const client = railsClient(app, 1);
      await client.go('/members');
      await rails.update(1, { tokens: '{}', email: 'new@example.com', updated_at: later });
      await rails.update(2, { email: 'unnoticed@example.com' });
      const before = [await users(), await app.rows()];
      expect(await rails.moveTo(app, { refresh: true })).toMatchObject({ refreshedUsers: 0, skippedUsers: 2 });
      expect([await users(), await app.rows()]).toEqual(before);
      app.clock.advance('10s');
      expect((await client.go('/members')).status).toBe(200);
    });
  });

  describe('with accounts of providers', () => {
    const github = { provider: 'github', uid: '12345' };

    it('keeps who they are there', async () => {
      await rails.insert(railsUser(1, { provider: 'google_oauth2', uid: '998', email: 'Ada@example.com' }));
      await rails.moveTo(app, { providers: { google_oauth2: 'google' } });
      expect(await users()).toMatchObject([{ provider: 'google', uid: '998', email: 'ada@example.com' }]);
      expect(await identities()).toMatchObject([
        { provider: 'google', subject: '998', email: 'ada@example.com', createdAt: Date.UTC(2025, 0, 2, 3, 4, 5, 678) },
      ]);
      const { headers } = railsClient(app, 1);
      expect((await railsClient(app, 1).peek('/members', { headers: { ...headers, uid: '998' } })).status).toBe(200);
    });

    it('takes no address for confirmed that only a provider has told, unless the application vouches for it', async () => {
      const confirmed = { ...github, confirmed_at: '2025-01-02 04:00:00', tokens: '{}' };
      await rails.insert(railsUser(1, confirmed), railsUser(2, { ...confirmed, uid: '67890' }));
      const confirmedAt = new Date('2025-01-02T04:00:00Z');
      await rails.moveTo(app, { map: ({ id }) => (Number(id) === 2 ? { confirmedAt } : {}) });
      const query = app.dataSource.getRepository(User).createQueryBuilder('user').addSelect('user.confirmedAt');
      const moved = await query.orderBy('user.id').getMany();
      expect(moved.map((user) => user.confirmedAt)).toEqual([null, confirmedAt]);
    });

    it.each([
      ['later', 1, 2],
      ['first', 2, 1],
    ])('gives an address to who signs in with it, also when that one comes %s', async (_, byGithub, byEmail) => {
      const email = 'ada@example.com';
      const rows = [
        railsUser(byGithub, { ...github, email }),
        railsUser(byEmail, { uid: email, email: 'ADA@example.com', tokens: '{}' }),
      ];
      await rails.insert(...rows);
      const report = await rails.moveTo(app);
      expect(report.sharedEmails.map(({ keptBy, without }) => [Number(keptBy), Number(without)])).toEqual([
        [byEmail, byGithub],
      ]);
      const kept = new Map((await users()).map((user) => [user.id, user.email]));
      expect([kept.get(byEmail), kept.get(byGithub)]).toEqual([email, null]);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      const client = railsClient(app, byGithub);
      expect((await client.peek('/members', { headers: { uid: github.uid } })).status).toBe(200);
      expect(await identities()).toMatchObject([{ email }]);
      // Once more it stays like that.
      await rails.update(byGithub, { updated_at: '2026-01-01 00:00:00' });
      await rails.moveTo(app, { refresh: true });
      expect(new Map((await users()).map((user) => [user.id, user.email]))).toEqual(kept);
    });

    it('gives an address that only providers know to the first', async () => {
      const email = 'ada@example.com';
      await rails.insert(
        railsUser(1, { ...github, email }),
        railsUser(2, { ...github, provider: 'apple', email, tokens: '{}' }),
      );
      const report = await rails.moveTo(app);
      expect(report.sharedEmails).toEqual([{ email, keptBy: 1, without: expect.anything() }]);
      expect((await users()).map((user) => user.email)).toEqual([email, null]);
    });

    it('tells of two who are one at their provider', async () => {
      await rails.insert(railsUser(1, github), railsUser(2, { ...github, tokens: '{}' }));
      const report = await rails.moveTo(app);
      expect(report).toMatchObject({ users: 2, faults: [{ reason: expect.stringContaining(`'github'`) }] });
      expect(await identities()).toHaveLength(1);
    });
  });
});
