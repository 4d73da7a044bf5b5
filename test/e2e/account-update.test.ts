import { IsOptional, IsString, MaxLength } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, onEveryPlatform, TestApp, User } from '../support/app.js';
import { ProtocolClient, sendJson, told, type Answer } from '../support/client.js';
import { MembersController } from '../support/members.js';
import { asJson } from '../support/updates.js';

class Profile {
  @IsOptional()
  @IsString()
  @MaxLength(20)
  name?: string;
}

const IMPROPER = {
  success: false,
  errors: ['Please submit proper account update data in request body.'],
  status: 'error',
};
const NOT_FOUND = { success: false, errors: ['User not found.'], status: 'error' };

onEveryPlatform('updating an account', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { auth: { accountUpdateDto: Profile }, controllers: [MembersController] });
  });
  afterAll(() => app.close());

  describe.each(['PUT', 'PATCH'])('by %s', (method) => {
    it('answers 200 with the user as it is now, and the next token', async () => {
      const client = await ProtocolClient.signedIn(app);
      const before = client.token;
      const { uid } = client.headers;
      const answer = await client.go('/auth', asJson(method, { name: 'Ada' }));
      expect([answer.status, told(answer), answer.auth.uid]).toEqual([200, 'token', uid]);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const user = await app.dataSource.getRepository(User).findOneByOrFail({ uid: uid as string });
      expect(answer.body).toEqual({
        status: 'success',
        data: {
          id: user.id,
          provider: 'email',
          uid,
          email: uid,
          name: 'Ada',
          created_at: user.createdAt.toISOString(),
          updated_at: user.updatedAt.toISOString(),
        },
      });
      expect(client.token).not.toBe(before);
      expect((await client.go('/members')).status).toBe(200);
    });

    it('moves updated_at on', async () => {
      const user = await app.user();
      await app.dataSource.getRepository(User).update({ id: user.id }, { updatedAt: new Date(Date.UTC(2020, 0, 1)) });
      const client = await ProtocolClient.signedIn(app, user);
      const { body } = await client.go('/auth', asJson(method, { name: 'Ada' }));
      expect(new Date(body.data.updated_at).getFullYear()).toBeGreaterThan(2020);
    });

    it('takes a form', async () => {
      const client = await ProtocolClient.signedIn(app);
      const answer = await client.go('/auth', { method, body: new URLSearchParams({ name: 'Form' }) });
      expect([answer.status, answer.body.data?.name]).toEqual([200, 'Form']);
    });

    it('answers 422 and the next token for what is wrong', async () => {
      const client = await ProtocolClient.signedIn(app);
      const body = { email: 'nobody', password: 'short', password_confirmation: 'other', name: 'x'.repeat(21) };
      const answer = await client.go('/auth', asJson(method, body));
      expect([answer.status, told(answer)]).toEqual([422, 'token']);
      expect(answer.body).toEqual({
        status: 'error',
        errors: {
          email: ['is not an email'],
          password: ['is too short (minimum is 8 characters)'],
          password_confirmation: ["doesn't match Password"],
          name: ['must be shorter than or equal to 20 characters'],
          full_messages: [
            'Email is not an email',
            'Password is too short (minimum is 8 characters)',
            "Password confirmation doesn't match Password",
            'Name must be shorter than or equal to 20 characters',
          ],
        },
      });
      expect((await client.go('/members')).status).toBe(200);
    });

    it('answers 404 to who is not signed in', async () => {
      const client = await ProtocolClient.signedIn(app);
      const { uid = '' } = client.headers;
      for (const headers of [
        {},
        { ...client.headers, 'access-token': 'x'.repeat(70) },
        { ...client.headers, uid: 'x' },
      ]) {
        const answer = await sendJson(`${app.url}/auth`, method, { name: 'Eve' }, headers);
        expect([answer.status, told(answer), answer.body]).toEqual([404, 'nothing', NOT_FOUND]);
      }
      expect((await app.dataSource.getRepository(User).findOneByOrFail({ uid })).name).toBe('');
    });

    it.each([
      {},
      { id: 1, uid: 'x', provider: 'admin' },
      { user: { name: 'Ada' } },
      ['name'],
      { confirm_success_url: 'x' },
    ])('answers 422 where nothing of it may be set, signed in or not: %j', async (body) => {
      const client = await ProtocolClient.signedIn(app);
      const mine = await client.go('/auth', asJson(method, body));
      expect([mine.status, told(mine), mine.body]).toEqual([422, 'token', IMPROPER]);
      const nobodys = await sendJson(`${app.url}/auth`, method, body);
      expect([nobodys.status, told(nobodys), nobodys.body]).toEqual([422, 'nothing', IMPROPER]);
    });

    it('answers 422 without any body', async () => {
      const client = await ProtocolClient.signedIn(app);
      const answer = await client.go('/auth', { method });
      expect([answer.status, told(answer), answer.body]).toEqual([422, 'token', IMPROPER]);
    });
  });

  it.each([
    [
      'email',
      [null, '', ' ', ['a@example.com'], { a: 1 }, 7, 'a\0@example.com'],
      ["can't be blank", 'is not an email'],
    ],
    [
      'password',
      [null, '', '   ', ['correct horse'], { a: 1 }, 12345678, 'correct\0horse'],
      ["can't be blank", 'is invalid'],
    ],
  ])('refuses what is no %s', async (key, values, faults) => {
    const client = await ProtocolClient.signedIn(app);
    for (const value of values) {
      app.clock.advance('10s');
      const answer = await client.go('/auth', asJson('PUT', { [key]: value }));
      expect([value, answer.status, told(answer)]).toEqual([value, 422, 'token']);
      expect(faults).toContain(answer.body.errors[key][0]);
    }
  });

  it("ignores what is nobody's to set", async () => {
    const client = await ProtocolClient.signedIn(app);
    const { uid = '' } = client.headers;
    const users = app.dataSource.getRepository(User).createQueryBuilder('user').addSelect('user.authEpoch');
    const stored = () => users.where({ uid }).getRawOne();
    const before = await stored();
    const hostile = { id: 999_999, uid: 'root', provider: 'admin', authEpoch: 7, auth_epoch: 7, confirmedAt: 1 };
    const answer = await client.go('/auth', asJson('PUT', { ...hostile, name: 'Ada', encrypted_password: 'x' }));
    expect([answer.status, answer.body.data.id, answer.body.data.uid]).toEqual([200, before.user_id, uid]);
    expect({ ...(await stored()), user_updatedAt: before.user_updatedAt, user_name: '' }).toEqual(before);
  });

  it('answers within an open batch like any other request', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    const answer = await client.go('/auth', asJson('PUT', { name: 'Ada' }));
    expect([answer.status, told(answer), answer.body.data.name]).toEqual([200, 'blank', 'Ada']);
  });
});

onEveryAdapter('an account that is gone meanwhile', (platform) => {
  it('answers 404 without headers', async () => {
    let app: TestApp;
    let end: (() => Promise<void>) | null = null;
    app = await TestApp.start(platform, {
      auth: {
        accountUpdateDto: Profile,
        userResponse: (user: object) => ({ ...user }),
      },
      configure: (nest) =>
        nest.useGlobalInterceptors({
          // Between the guard and the endpoint.
          intercept: async (_, next) => {
            await end?.();
            return next.handle();
          },
        }),
    });
    try {
      for (const body of [{ name: 'Ada' }, { password: 'another horse' }, { email: 'new@example.com' }]) {
        const user = await app.user();
        const client = await ProtocolClient.signedIn(app, user);
        end = async () => void (await app.dataSource.getRepository(User).delete({ id: user.id }));
        const answer = await client.go('/auth', asJson('PUT', body));
        end = null;
        expect([answer.status, told(answer), answer.body]).toEqual([404, 'nothing', NOT_FOUND]);
      }
    } finally {
      await app.close();
    }
  });
});

onEveryAdapter('an application without fields of its own', (platform) => {
  it('lets address and password be set, and nothing else', async () => {
    const app = await TestApp.start(platform);
    try {
      const client = await ProtocolClient.signedIn(app);
      const refused: Answer = await client.go('/auth', asJson('PUT', { name: 'Ada' }));
      expect([refused.status, refused.body]).toEqual([422, IMPROPER]);
      const answer = await client.go('/auth', asJson('PUT', { name: 'Ada', password: PASSWORD }));
      expect([answer.status, answer.body.data.name]).toEqual([200, '']);
      expect((await signIn(app, { email: answer.auth.uid, password: PASSWORD })).status).toBe(200);
    } finally {
      await app.close();
    }
  });
});
