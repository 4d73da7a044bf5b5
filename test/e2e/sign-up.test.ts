import { ValidationPipe } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsOf, freshEmail, PASSWORD, sendForm, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryPlatform, TestApp, User } from '../support/app.js';
import { send, told } from '../support/client.js';
import { MembersController } from '../support/members.js';

onEveryPlatform('signing up', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [MembersController] });
  });
  afterAll(() => app.close());

  async function storedUser(email: string): Promise<User> {
    const users = app.dataSource.getRepository(User).createQueryBuilder('user');
    return await users.addSelect(['user.encryptedPassword', 'user.authEpoch']).where({ email }).getOneOrFail();
  }

  it('answers 200 with the user, without any secret, and signs in', async () => {
    const email = freshEmail();
    const answer = await signUp(app, { email, password: PASSWORD, password_confirmation: PASSWORD });
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const user = await storedUser(email);
    expect(answer.body).toEqual({
      status: 'success',
      data: {
        id: user.id,
        provider: 'email',
        uid: email,
        email,
        name: '',
        created_at: user.createdAt.toISOString(),
        updated_at: user.updatedAt.toISOString(),
      },
    });
    expect(user.encryptedPassword).toMatch(/^\$2[aby]\$04\$/);
    expect(answer.auth.uid).toBe(email);
    expect(answer.auth.expiry).toBe(String(app.clock.now() / 1000 + 14 * 24 * 3600));
    expect((await send(`${app.url}/members`, { headers: credentialsOf(answer) })).status).toBe(200);
  });

  it('takes a form as well as JSON', async () => {
    const email = freshEmail();
    const answer = await sendForm(`${app.url}/auth`, { email, password: PASSWORD, password_confirmation: PASSWORD });
    expect([answer.status, answer.body.data.email, told(answer)]).toEqual([200, email, 'token']);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('needs no confirmation of the password, but holds a given one to it', async () => {
    expect((await signUp(app, { email: freshEmail(), password: PASSWORD })).status).toBe(200);
    const email = freshEmail();
    const answer = await signUp(app, { email, password: PASSWORD, password_confirmation: 'another horse' });
    expect([answer.status, told(answer), answer.headers.get('cache-control')]).toEqual([422, 'nothing', null]);
    expect(answer.body).toEqual({
      status: 'error',
      data: { id: null, provider: 'email', uid: '', email, name: null, created_at: null, updated_at: null },
      errors: {
        password_confirmation: ["doesn't match Password"],
        full_messages: ["Password confirmation doesn't match Password"],
      },
    });
    expect(await app.dataSource.getRepository(User).findOneBy({ email })).toBeNull();
  });

  it('stores the address trimmed and in lower case, and takes no other spelling of it', async () => {
    const email = freshEmail();
    const answer = await signUp(app, { email: `  ${email.toUpperCase()}\t`, password: PASSWORD });
    expect([answer.status, answer.body.data.email, answer.body.data.uid]).toEqual([200, email, email]);
    for (const other of [email, email.toUpperCase(), ` ${email} `]) {
      const again = await signUp(app, { email: other, password: PASSWORD });
      expect([again.status, again.body.errors]).toEqual([
        422,
        { email: ['has already been taken'], full_messages: ['Email has already been taken'] },
      ]);
    }
  });

  it('makes one account of two simultaneous sign-ups with one address', async () => {
    const email = freshEmail();
    const both = await Promise.all([1, 2].map(() => signUp(app, { email, password: PASSWORD })));
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422]);
    const loser = both.find(({ status }) => status === 422);
    expect(loser?.body.errors.full_messages).toEqual(['Email has already been taken']);
    expect(await app.dataSource.getRepository(User).countBy({ email })).toBe(1);
  });

  it('ignores what else the body says of the account', async () => {
    const email = freshEmail();
    const other = await app.user();
    const answer = await signUp(app, {
      email,
      password: PASSWORD,
      id: other.id,
      uid: other.uid,
      provider: 'admin',
      name: 'Root',
      encryptedPassword: 'x',
      encrypted_password: 'x',
      authEpoch: 7,
      auth_epoch: 7,
      createdAt: '2000-01-01',
      confirmedAt: '2000-01-01',
    });
    expect([answer.status, answer.body.data.uid]).toEqual([200, email]);
    const user = await storedUser(email);
    expect(user).toMatchObject({ uid: email, provider: 'email', name: '', authEpoch: 0 });
    expect(user.id).not.toBe(other.id);
    expect(user.encryptedPassword).not.toBe('x');
    expect(user.createdAt.getFullYear()).toBeGreaterThan(2000);
  });

  it('ignores the credentials of the request', async () => {
    const first = await signUp(app, { email: freshEmail(), password: PASSWORD });
    for (const headers of [credentialsOf(first), { 'access-token': 'undefined', client: 'null', uid: '' }]) {
      const email = freshEmail();
      const answer = await signUp(app, { email, password: PASSWORD }, headers);
      expect([answer.status, answer.auth.uid]).toEqual([200, email]);
      expect(answer.auth.client).not.toBe(first.auth.client);
    }
  });
});

onEveryAdapter('what a sign-up refuses', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform);
  });
  afterAll(() => app.close());

  it.each([{}, { name: 'Ada' }, { user: { email: 'ada@example.com', password: PASSWORD } }])(
    'a body without any of its parameters: %j',
    async (body) => {
      const answer = await signUp(app, body);
      expect([answer.status, told(answer)]).toEqual([422, 'nothing']);
      expect(answer.body).toEqual({
        success: false,
        errors: ['Please submit proper sign up data in request body.'],
        status: 'error',
      });
    },
  );

  it('all that is wrong with it, attribute by attribute and in sentences', async () => {
    const answer = await signUp(app, { email: 'nobody', password: 'short', password_confirmation: 'other' });
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      {
        email: ['is not an email'],
        password: ['is too short (minimum is 8 characters)'],
        password_confirmation: ["doesn't match Password"],
        full_messages: [
          'Email is not an email',
          'Password is too short (minimum is 8 characters)',
          "Password confirmation doesn't match Password",
        ],
      },
    ]);
    const blank = await signUp(app, { email: '', password: '' });
    expect(blank.body.errors).toEqual({
      email: ["can't be blank"],
      password: ["can't be blank"],
      full_messages: ["Email can't be blank", "Password can't be blank"],
    });
  });

  it.each([
    'plain',
    '@example.com',
    'a@',
    'a@b',
    'a@example',
    'a@example.c',
    'a@example..com',
    'a@-example.com',
    'a@exam ple.com',
    'a b@example.com',
    'a@b@example.com',
    'a,b@example.com',
    'a@example.com,b@example.com',
    '<a@example.com>',
    'a@example.com\r\nbcc:b@example.com',
    'a\u200b@example.com',
    'a\u0000@example.com',
    `${'a'.repeat(250)}@example.com`,
  ])('the address %j', async (email) => {
    const answer = await signUp(app, { email, password: PASSWORD });
    expect([answer.status, answer.body.errors.email]).toEqual([422, ['is not an email']]);
  });

  it.each([
    'a+b@example.com',
    "o'neill@example.co.uk",
    'ж@пример.рф',
    'a.b@xn--e1afmkfd.xn--p1ai',
    'a@1.example.museum',
  ])('not the address %s', async (email) => {
    expect((await signUp(app, { email, password: PASSWORD })).status).toBe(200);
  });

  describe('by the length of the password', () => {
    it.each([
      ['7 characters', 'a'.repeat(7), 'is too short (minimum is 8 characters)'],
      ['8 characters', 'a'.repeat(8), null],
      ['7 characters of many bytes', '🦊'.repeat(7), 'is too short (minimum is 8 characters)'],
      ['8 characters of many bytes', '🦊'.repeat(8), null],
      ['72 bytes', 'a'.repeat(72), null],
      ['73 bytes', 'a'.repeat(73), 'is too long (maximum is 72 bytes)'],
      ['36 characters of 72 bytes', 'é'.repeat(36), null],
      ['37 characters of 74 bytes', 'é'.repeat(37), 'is too long (maximum is 72 bytes)'],
      ['blanks', ' '.repeat(20), "can't be blank"],
    ])('%s', async (_, password, fault) => {
      const email = freshEmail();
      const answer = await signUp(app, { email, password });
      expect([answer.status, answer.body.errors?.password ?? null]).toEqual(
        fault === null ? [200, null] : [422, [fault]],
      );
      expect((await signIn(app, { email, password })).status).toBe(fault === null ? 200 : 401);
    });

    it('of which the shortest can be configured', async () => {
      const strict = await TestApp.start(platform, { auth: { passwordMinLength: 12 } });
      try {
        const answer = await signUp(strict, { email: freshEmail(), password: 'a'.repeat(11) });
        expect(answer.body.errors.password).toEqual(['is too short (minimum is 12 characters)']);
      } finally {
        await strict.close();
      }
    });
  });
});

onEveryAdapter('an application with a strict validation pipe', (platform) => {
  it('does not disturb the endpoints', async () => {
    const options = {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      validateCustomDecorators: true,
    };
    const app = await TestApp.start(platform, {
      configure: (nest) => nest.useGlobalPipes(new ValidationPipe(options)),
    });
    try {
      const email = freshEmail();
      expect((await signUp(app, { email, password: PASSWORD, extra: 1 })).status).toBe(200);
      expect((await signUp(app, { email: 'x', password: PASSWORD })).status).toBe(422);
      const answer = await signIn(app, { email, password: PASSWORD, extra: 1 });
      expect(answer.status).toBe(200);
      const headers = credentialsOf(answer);
      expect((await send(`${app.url}/auth/validate_token`, { headers })).status).toBe(200);
      expect((await send(`${app.url}/auth/validate_token`)).status).toBe(401);
      expect((await send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers })).status).toBe(200);
    } finally {
      await app.close();
    }
  });
});
