import { TokenAuthEvents, TokenService, type AuthClient, type Credentials, type IssuedToken } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryDatabase, User, type TestApp } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { startMembers } from '../support/rotation.js';

onEveryDatabase('TokenService', (platform) => {
  let app: TestApp;
  let tokens: TokenService<User>;
  let user: User;
  beforeAll(async () => {
    app = await startMembers(platform);
    tokens = app.nest.get<TokenService<User>>(TokenService);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    user = await app.user();
  });

  const phone = { ip: '192.0.2.1', userAgent: 'Phone/1.0' };
  const lives = async (credentials: Credentials) => (await tokens.authenticate(credentials)) !== null;
  const headersOf = ({ uid, client, accessToken }: IssuedToken) => ({ uid, client, 'access-token': accessToken });
  const idOf = async (issued: IssuedToken) => (await app.rowOf({ headers: headersOf(issued) }))?.id ?? '';

  describe('issue', () => {
    it('gives what a client needs for its requests', async () => {
      const issued = await tokens.issue(user);
      expect(issued).toEqual({
        uid: user.uid,
        client: expect.stringMatching(/^[0-9a-f]{32}$/),
        accessToken: expect.stringMatching(/^[\w-]{70}$/),
        tokenType: 'Bearer',
        expiry: (app.clock.now() + 14 * 86_400_000) / 1000,
      });
      const client = new ProtocolClient(app, headersOf(issued));
      expect((await client.go('/members')).body).toEqual({ uid: user.uid });
    });

    it('stores no token', async () => {
      const issued = await tokens.issue(user);
      expect(JSON.stringify(await app.rowOf({ headers: headersOf(issued) }))).not.toContain(issued.accessToken);
    });

    it('keeps the origin, cut to what the columns hold', async () => {
      await tokens.issue(user, { origin: { ip: '2001:db8::1', userAgent: `a\0b${'c'.repeat(300)}` } });
      expect(await tokens.list(user)).toMatchObject([{ ip: '2001:db8::1', userAgent: `ab${'c'.repeat(253)}` }]);
    });

    it('gives a client a lifespan of its own, which lasts over its rotations', async () => {
      const client = new ProtocolClient(app, headersOf(await tokens.issue(user, { lifespan: '1 hour' })));
      for (let round = 0; round < 3; round++) {
        app.clock.advance(3_599_999);
        const answer = await client.go('/members');
        expect(answer.status).toBe(200);
        expect(Number(answer.auth.expiry)).toBe(Math.floor((app.clock.now() + 3_600_000) / 1000));
      }
      app.clock.advance('1 hour');
      expect((await client.go('/members')).status).toBe(401);
    });

    it.each(['soon', -1, ''])('refuses %j as a lifespan', async (lifespan) => {
      await expect(tokens.issue(user, { lifespan: lifespan as never })).rejects.toThrow('is not a duration');
    });

    it('refuses a user who has not been saved, or is gone', async () => {
      const unsaved = app.dataSource.getRepository(User).create({ email: 'x', uid: 'x', provider: 'email' });
      await expect(tokens.issue(unsaved)).rejects.toThrow('The user has no primary key: has it been saved?');
      await app.dataSource.getRepository(User).delete(user.id);
      await expect(tokens.issue(user)).rejects.toThrow('does not exist');
    });

    it('makes a dead client where the identity was proven in an epoch that is over', async () => {
      await tokens.revokeAll(user);
      expect(await lives(await tokens.issue(user, { authEpoch: 0 }))).toBe(false);
      expect(await lives(await tokens.issue(user))).toBe(true);
    });
  });

  describe('authenticate', () => {
    it('tells user and client, and changes nothing', async () => {
      const issued = await tokens.issue(user, { origin: phone });
      app.clock.advance('1 hour');
      const before = await app.rows();
      const session = await tokens.authenticate(issued);
      expect(session?.user).toEqual(await app.dataSource.getRepository(User).findOneBy({ id: user.id }));
      expect(session?.client).toEqual((await tokens.list(user))[0]);
      expect(await app.rows()).toEqual(before);
    });

    it.each<Partial<Credentials>>([
      { uid: 'nobody' },
      { client: 'nobody' },
      { accessToken: 'noise' },
      { uid: undefined as never },
      { client: null as never },
      { accessToken: 0 as never },
      { client: { $ne: '' } as never },
      { client: '\0' },
      { accessToken: 'x'.repeat(2000) },
    ])('is null for %j', async (change) => {
      const issued = await tokens.issue(user);
      expect(await tokens.authenticate({ ...issued, ...change })).toBeNull();
      expect(await lives(issued)).toBe(true);
    });

    it('only refuses a replaced token where nobody can tell whence it was shown', async () => {
      const issued = await tokens.issue(user, { origin: phone });
      const client = new ProtocolClient(app, headersOf(issued));
      app.clock.advance('10s');
      await client.go('/members');
      app.clock.advance('10s');
      const before = await app.rowOf(client);
      const revoked: boolean[] = [];
      app.nest.get(TokenAuthEvents).on('token.reused', (event) => revoked.push(event.revoked));
      expect(await tokens.authenticate(issued)).toBeNull();
      expect(revoked).toEqual([false]);
      expect(await app.rowOf(client)).toEqual(before);
      expect((await client.go('/members')).status).toBe(200);
    });

    it('ends a client whose replaced token is shown from elsewhere', async () => {
      const issued = await tokens.issue(user);
      const client = new ProtocolClient(app, headersOf(issued));
      app.clock.advance('10s');
      await client.go('/members');
      app.clock.advance('10s');
      expect(await tokens.authenticate(issued, { ip: '127.0.0.1', userAgent: 'node' })).toBeNull();
      expect(await idOf(issued)).not.toBe('');
      expect(await tokens.authenticate(issued, phone)).toBeNull();
      expect(await idOf(issued)).toBe('');
    });
  });

  describe('list', () => {
    it('tells the clients, most recently used first, without a secret', async () => {
      const start = app.clock.now();
      const [first, second, third] = [
        await tokens.issue(user),
        await tokens.issue(user, { origin: phone }),
        await tokens.issue(user),
      ];
      app.clock.advance('1 hour');
      await new ProtocolClient(app, headersOf(first)).go('/members');
      const clients = await tokens.list(user);
      expect(clients.map(({ id }) => id)).toEqual([await idOf(first), await idOf(third), await idOf(second)]);
      expect(clients[0]).toMatchObject({ lastUsedAt: new Date(app.clock.now()), userAgent: 'node' });
      expect(clients[2]).toEqual({
        id: await idOf(second),
        createdAt: expect.any(Date),
        lastUsedAt: expect.any(Date),
        ...phone,
      } satisfies AuthClient);
      // Sign-ins within one millisecond are told apart by counting on.
      for (const time of [clients[2]?.createdAt, clients[2]?.lastUsedAt]) {
        expect(Math.abs(Number(time) - start)).toBeLessThan(100);
      }
    });

    it('knows nothing of others, of the expired, and of former epochs', async () => {
      app.clock.advance('1 minute');
      await tokens.issue(user, { lifespan: '1 hour' });
      await tokens.issue(await app.user());
      await tokens.issue(user, { authEpoch: 7 });
      const lasting = await tokens.issue(user);
      app.clock.advance(3_599_999);
      expect(await tokens.list(user)).toHaveLength(2);
      app.clock.advance(1);
      expect((await tokens.list(user)).map(({ id }) => id)).toEqual([await idOf(lasting)]);
    });
  });

  describe('revoke', () => {
    it('ends one client of the user', async () => {
      const [one, two] = [await tokens.issue(user), await tokens.issue(user)];
      const id = await idOf(one);
      expect(await tokens.revoke(user, id)).toBe(true);
      expect(await tokens.revoke(user, id)).toBe(false);
      expect([await lives(one), await lives(two)]).toEqual([false, true]);
    });

    it("ends nobody else's", async () => {
      const foreign = await tokens.issue(await app.user());
      expect(await tokens.revoke(user, await idOf(foreign))).toBe(false);
      expect(await lives(foreign)).toBe(true);
    });

    it.each(['', 'unknown', 'a\0b', "' OR 1=1 --"])('knows no client %j', async (id) => {
      const issued = await tokens.issue(user);
      expect(await tokens.revoke(user, id)).toBe(false);
      expect(await lives(issued)).toBe(true);
    });

    it.each([0, null, undefined, [], {}])('takes no %j for an id', async (id) => {
      const issued = await tokens.issue(user);
      await expect(tokens.revoke(user, id as never)).rejects.toThrow(TypeError);
      await expect(tokens.revokeOthers(user, id as never)).rejects.toThrow(TypeError);
      expect(await lives(issued)).toBe(true);
    });
  });

  it('revokeOthers ends all clients of the user but one', async () => {
    const foreign = await tokens.issue(await app.user());
    const issued = [await tokens.issue(user), await tokens.issue(user), await tokens.issue(user)] as const;
    expect(await tokens.revokeOthers(user, await idOf(issued[1]))).toBe(2);
    expect(await Promise.all([...issued, foreign].map(lives))).toEqual([false, true, false, true]);
    expect(await tokens.revokeOthers(user, await idOf(issued[1]))).toBe(0);
  });

  it('revokeAll ends all clients of the user and moves the auth epoch on', async () => {
    const foreign = await tokens.issue(await app.user());
    const issued = [await tokens.issue(user), await tokens.issue(user)];
    await tokens.revokeAll(user);
    expect(await Promise.all([...issued, foreign].map(lives))).toEqual([false, false, true]);
    expect(await tokens.list(user)).toEqual([]);
    const epochs = app.dataSource.getRepository(User).createQueryBuilder('user').addSelect('user.authEpoch');
    const epochOf = async () => (await epochs.where({ id: user.id }).getOne())?.authEpoch;
    expect(await epochOf()).toBe(1);
    await tokens.revokeAll(user);
    expect(await epochOf()).toBe(2);
    expect(await lives(await tokens.issue(user))).toBe(true);
  });

  it('deleting the user ends its clients', async () => {
    const issued = await tokens.issue(user);
    await app.dataSource.getRepository(User).delete(user.id);
    expect([await lives(issued), await idOf(issued)]).toEqual([false, '']);
  });
});
