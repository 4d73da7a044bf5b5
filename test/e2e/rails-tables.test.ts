import { TokenAuthUser } from 'nestjs-token-auth';
import { importFromRails } from 'nestjs-token-auth/rails';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onEveryDatabase, User, type TestApp } from '../support/app.js';
import { DATABASES } from '../support/databases.js';
import { PASSWORDS, railsClient, RailsDatabase, railsUser, SESSION, session } from '../support/rails.js';
import { startMembers } from '../support/rotation.js';

// Far from UTC, in which Rails keeps its times whatever the zone of a process.
process.env['TZ'] = 'America/New_York';

/** All columns of the users, the hidden ones included, by their ids. */
async function usersOf(app: TestApp, entity: Function = User): Promise<any[]> {
  const { columns } = app.dataSource.getMetadata(entity);
  const query = app.dataSource.createQueryBuilder(entity, 'user').orderBy('user.id');
  return await query.addSelect(columns.map(({ propertyName }) => `user.${propertyName}`)).getMany();
}

onEveryDatabase('a users table of Rails', (platform) => {
  const open: { close(): Promise<void> }[] = [];
  let app: TestApp;
  beforeEach(async () => {
    app = await startMembers(platform);
    open.push(app);
  });
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.close();
  });

  async function table(columns: Record<string, string | null> = {}): Promise<RailsDatabase> {
    const rails = await RailsDatabase.create(platform.database, columns);
    open.push(rails);
    return rails;
  }

  it('is moved with ids, times and the state of the accounts', async () => {
    const rails = await table();
    await rails.insert(
      railsUser(7, {
        name: 'Ada',
        confirmed_at: '2025-01-02 04:00:00',
        unconfirmed_email: 'New@Example.com',
        failed_attempts: 3,
        locked_at: '2025-07-01 12:00:00.5',
      }),
      railsUser(9, { tokens: null }),
    );
    await rails.moveTo(app, { map: (row) => ({ name: (row['name'] as string | null) ?? 'nobody' }) });
    const [ada, other] = await usersOf(app);
    expect(ada).toEqual({
      id: 7,
      provider: 'email',
      uid: 'user7@example.com',
      email: 'user7@example.com',
      encryptedPassword: PASSWORDS.cost10,
      authEpoch: 0,
      name: 'Ada',
      confirmedAt: new Date('2025-01-02T04:00:00Z'),
      unconfirmedEmail: 'new@example.com',
      failedAttempts: 3,
      lockedAt: new Date('2025-07-01T12:00:00.500Z'),
      createdAt: new Date('2025-01-02T03:04:05.678Z'),
      updatedAt: new Date('2025-12-31T23:00:00.123Z'),
    });
    expect(other).toMatchObject({ id: 9, name: 'nobody', confirmedAt: null, lockedAt: null, failedAttempts: 0 });
    // The next user here comes after them.
    expect((await app.user()).id).toBeGreaterThan(9);
  });

  it('may lack the columns of modules that Devise was not given', async () => {
    const names = ['confirmed_at', 'unconfirmed_email', 'failed_attempts', 'locked_at', 'name', 'updated_at'];
    const rails = await table(Object.fromEntries(names.map((name) => [name, null])));
    const { updated_at: _none, ...row } = railsUser(7);
    await rails.insert(row);
    expect(await rails.moveTo(app)).toMatchObject({ users: 1, clients: 1, faults: [] });
    expect((await usersOf(app))[0]).toMatchObject({ confirmedAt: null, failedAttempts: 0, lockedAt: null });
    expect((await railsClient(app, 7).go('/members')).status).toBe(200);
  });

  it('is read in pages, however large it is', async () => {
    const rails = await table();
    const ids = [1, 2, 3, 4, 9, 10, 11];
    await rails.insert(...ids.map((id) => railsUser(id, { tokens: '{}' })));
    const progress: number[] = [];
    await rails.moveTo(app, { batchSize: 3, onProgress: ({ users }) => progress.push(users) });
    expect((await usersOf(app)).map(({ id }) => id)).toEqual(ids);
    expect(progress).toEqual([3, 6, 7]);
  });

  it('may hold rows that cannot be moved, which are told', async () => {
    const rails = await table();
    await rails.insert(
      railsUser(1, { tokens: '{"a": {"token": ' }),
      railsUser(2, { tokens: JSON.stringify({ ok: session(), odd: 1, 'x y': session(), plain: { token: 'secret' } }) }),
      railsUser(3, { uid: '', email: null, tokens: null }),
      railsUser(4, { tokens: JSON.stringify({ OK: session() }) }),
      railsUser(5, { uid: 'é'.repeat(250), provider: 'p'.repeat(65) }),
      railsUser(6, { tokens: null }),
    );
    const report = await rails.moveTo(app, { map: ({ id }) => (Number(id) === 6 ? null : {}) });
    expect(report).toMatchObject({ skippedUsers: 1, skippedClients: { expired: 0, unusable: 3 } });
    expect(report.faults.slice(0, 3)).toEqual([
      { userId: expect.anything(), reason: 'Its tokens are not JSON: it has been moved without its sessions.' },
      { userId: expect.anything(), reason: '3 of its sessions cannot be read.' },
      { userId: expect.anything(), reason: 'The row has neither a uid nor an e-mail address.' },
    ]);
    expect(report.faults.map(({ userId }) => Number(userId))).toEqual(expect.arrayContaining([1, 2, 3]));
    expect(JSON.stringify(report)).not.toContain('$2a$');
    const { headers } = railsClient(app, 2);
    expect((await railsClient(app, 2).peek('/members', { headers: { ...headers, client: 'ok' } })).status).toBe(200);
  });

  it('may have clients of one name, of which the first is moved', async () => {
    const rails = await table();
    const tokens = JSON.stringify({ default: session() });
    await rails.insert(railsUser(1, { tokens }), railsUser(2, { tokens }));
    const report = await rails.moveTo(app);
    expect(report).toMatchObject({ users: 2, clients: 1, skippedClients: { taken: 1 } });
    expect(report.faults).toHaveLength(1);
    const named = { headers: { client: 'default' } };
    expect((await railsClient(app, 1).peek('/members', named)).status).toBe(200);
    expect((await railsClient(app, 2).peek('/members', named)).status).toBe(401);
  });

  it('keeps the tokens as JSON in text, also twice over', async () => {
    const rails = await table();
    const json = JSON.stringify({ [SESSION.client]: session() });
    const twice = JSON.stringify(JSON.stringify({ other: session() }));
    await rails.insert(
      railsUser(1, { tokens: json }),
      railsUser(2, { tokens: twice }),
      ...['', '{}', 'null', null].map((tokens, index) => railsUser(3 + index, { tokens })),
    );
    expect(await rails.moveTo(app)).toMatchObject({ users: 6, clients: 2, faults: [] });
  });

  const jsonTypes = { sqlite: ['json'], postgres: ['json', 'jsonb'], mysql: ['json'] }[platform.database];
  it.each(jsonTypes)('keeps the tokens in a column of type %s', async (type) => {
    const rails = await table({ tokens: type });
    const twice = JSON.stringify(JSON.stringify({ other: session() }));
    await rails.insert(railsUser(1), railsUser(2, { tokens: twice }), railsUser(3, { tokens: null }));
    expect(await rails.moveTo(app)).toMatchObject({ users: 3, clients: 2, faults: [] });
    expect((await railsClient(app, 1).go('/members')).status).toBe(200);
  });

  it('is looked for by its name', async () => {
    const rails = await table();
    const missing = rails.moveTo(app, { source: { dataSource: rails.dataSource, table: 'members' } });
    await expect(missing).rejects.toThrow(/members/);
    await expect(rails.moveTo(app, { batchSize: 0 })).rejects.toThrow(TypeError);
    await expect(rails.moveTo(app, { target: rails.dataSource })).rejects.toThrow(/entitiesFor\(User\)/);
  });
});

@Entity()
class Member extends TokenAuthUser<string> {
  @PrimaryGeneratedColumn('uuid') declare id: string;
  @Column({ name: 'mail', type: 'varchar', length: 255, nullable: true }) declare email: string | null;
}

describe.each([...DATABASES])('rows from elsewhere (%s)', (database) => {
  it('may be of any kind of key, and come in any way', async () => {
    const app = await startMembers({ adapter: 'express', database }, { userEntity: Member } as object);
    try {
      const id = '0b7c2f5e-6f8f-4b39-8b1c-1f3f0e4a9d11';
      async function* rows() {
        yield railsUser(id, { tokens: { [SESSION.client]: session() }, created_at: new Date(0) });
        yield { ...railsUser(id), id: undefined };
      }
      const { dataSource: target, clock } = app;
      const report = await importFromRails({ source: rows(), target, userEntity: Member, clock });
      expect(report).toMatchObject({ users: 1, clients: 1, faults: [{ userId: null, reason: 'The row has no id.' }] });
      expect((await railsClient(app, id).go('/members')).status).toBe(200);
      const [member] = await usersOf(app, Member);
      expect(member).toMatchObject({ id, email: `user${id}@example.com`, createdAt: new Date(0) });
    } finally {
      await app.close();
    }
  });
});
