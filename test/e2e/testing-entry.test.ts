import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TokenAuthModule, TokenService } from 'nestjs-token-auth';
import { signInAs, TestClock } from 'nestjs-token-auth/testing';
import { describe, expect, it } from 'vitest';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { send, told } from '../support/client.js';
import { createDatabase, DATABASES } from '../support/databases.js';
import { MembersController } from '../support/members.js';

onEveryAdapter('signInAs', (platform) => {
  const MODES: [string, object, RegExp][] = [
    ['header mode', {}, /^access-token,client,expiry,token-type,uid$/],
    ['cookie mode', { cookieEnabled: true }, /^cookie$/],
    ['renamed headers', { headersNames: { 'access-token': 'X-Token' } }, /^X-Token,client,expiry,token-type,uid$/],
  ];
  it.each(MODES)('signs a user in in a line: %s', async (_, auth, names) => {
    const app = await TestApp.start(platform, { auth, controllers: [MembersController] });
    try {
      const [ada, bob] = [await app.user(), await app.user()];
      const headers = await signInAs(app.nest, ada as User);
      expect(Object.keys(headers).toSorted().join()).toMatch(names);
      const answer = await send(`${app.url}/members`, { headers });
      expect([answer.status, answer.body]).toEqual([200, { uid: ada.uid }]);
      const other = await send(`${app.url}/members`, { headers: await signInAs(app.nest, bob as User) });
      expect([other.status, other.body]).toEqual([200, { uid: bob.uid }]);
      expect((await send(`${app.url}/members`)).status).toBe(401);
    } finally {
      await app.close();
    }
  });

  it('gives headers whose batch is open, as after a sign-in', async () => {
    const app = await TestApp.start(platform, { controllers: [MembersController] });
    try {
      const headers = await signInAs(app.nest, (await app.user()) as User);
      expect(told(await send(`${app.url}/members`, { headers }))).toBe('blank');
      app.clock.advance('5s');
      expect(told(await send(`${app.url}/members`, { headers }))).toBe('token');
    } finally {
      await app.close();
    }
  });

  it('takes a testing module that never becomes an application', async () => {
    const database = await createDatabase('sqlite');
    const module = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({
          ...database.options,
          synchronize: true,
          entities: [],
          autoLoadEntities: true,
        } as object),
        TokenAuthModule.forRoot({ userEntity: User, isGlobal: false }),
      ],
    }).compile();
    try {
      const user = Object.assign(new User(), { id: 1, uid: 'nobody', email: 'nobody' });
      await expect(signInAs(module, user)).rejects.toThrow('A token was asked for a user that does not exist');
    } finally {
      await module.close();
      await database.drop();
    }
  });
});

describe('TestClock', () => {
  it('stands still until it is told to move on', () => {
    const clock = new TestClock();
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1));
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1));
    clock.advance('6s');
    clock.advance(1);
    expect(clock.now()).toBe(Date.UTC(2026, 0, 1) + 6001);
  });

  it('starts at a date or a number', () => {
    expect(new TestClock(new Date('2030-01-01T00:00:00Z')).now()).toBe(Date.UTC(2030, 0, 1));
    expect(new TestClock(5).now()).toBe(5);
  });

  it.each(DATABASES)('is the only clock of an application that it is given to (%s)', async (database) => {
    const app = await TestApp.start({ adapter: 'express', database });
    try {
      const user = (await app.user()) as User;
      const tokens = app.nest.get(TokenService);
      const issued = await tokens.issue(user);
      const [client] = await tokens.list(user);
      expect(client?.createdAt).toEqual(new Date(Date.UTC(2026, 0, 1)));
      app.clock.advance('14 days');
      expect(await tokens.list(user)).toEqual([]);
      expect(await tokens.authenticate(issued)).toBeNull();
    } finally {
      await app.close();
    }
  });
});
