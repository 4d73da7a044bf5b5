import { IsOptional, IsString } from 'class-validator';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, TestApp, User } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { update } from '../support/updates.js';

class Profile {
  @IsOptional()
  @IsString()
  name?: string;
}

const NEXT = 'another horse';
const RIGHT = { current_password: PASSWORD };
const WRONG = { current_password: 'wrong horse' };

const MISSING = {
  status: 'error',
  errors: { current_password: ["can't be blank"], full_messages: ["Current password can't be blank"] },
};
const INVALID = {
  status: 'error',
  errors: { current_password: ['is invalid'], full_messages: ['Current password is invalid'] },
};

async function member(app: TestApp): Promise<{ email: string; client: ProtocolClient }> {
  const { email } = await newAccount(app);
  const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
  return { email, client: await ProtocolClient.signedIn(app, user) };
}

describe.each(['attributes', 'password', false] as const)('with checkCurrentPasswordBeforeUpdate: %s,', (check) => {
  onEveryAdapter('an update', (platform) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await TestApp.start(platform, {
        auth: { checkCurrentPasswordBeforeUpdate: check, accountUpdateDto: Profile, throttleSignIn: false },
      });
    });
    afterAll(() => app.close());

    const isChecked = { attributes: check === 'attributes', password: check !== false };

    it.each([
      ['a field', () => ({ name: 'Ada' }), isChecked.attributes],
      ['the address', () => ({ email: freshEmail() }), isChecked.attributes],
      ['the password', () => ({ password: NEXT }), isChecked.password],
      ['the password with the rest', () => ({ password: NEXT, name: 'Ada' }), isChecked.password],
    ])(`of %s`, async (_, body, checked) => {
      const { email, client } = await member(app);
      const without = await update(client, body());
      const done = expect.objectContaining({ status: 'success' });
      expect([without.status, told(without), without.body]).toEqual(
        checked ? [422, 'token', MISSING] : [200, 'token', done],
      );
      if (!checked) return;
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      app.clock.advance('10s');
      const right = await update(client, { ...body(), ...RIGHT });
      expect([right.status, told(right), right.body]).toEqual([200, 'token', done]);
    });

    it.each([
      ['wrong', WRONG, INVALID],
      ['of other letters', { current_password: PASSWORD.toUpperCase() }, INVALID],
      ['empty', { current_password: '' }, MISSING],
      ['blank', { current_password: '  ' }, MISSING],
      ['null', { current_password: null }, MISSING],
      ['a list', { current_password: [PASSWORD] }, INVALID],
      ['an object', { current_password: { a: PASSWORD } }, INVALID],
      ['a number', { current_password: 7 }, INVALID],
      ['of NUL', { current_password: `${PASSWORD}\0` }, INVALID],
      ['too long', { current_password: 'x'.repeat(100_000) }, INVALID],
    ])('checks one that is sent, needed or not: %s', async (_, current, refusal) => {
      const { email, client } = await member(app);
      for (const body of [{ name: 'Eve' }, { password: NEXT }, {}]) {
        app.clock.advance('10s');
        const answer = await update(client, { ...body, ...current });
        expect([answer.status, told(answer), answer.body]).toEqual([422, 'token', refusal]);
      }
      const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
      expect(user.name).toBe('');
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    });

    it('with the current password drops an empty new one', async () => {
      const { email, client } = await member(app);
      for (const password of ['', '  ', null]) {
        app.clock.advance('10s');
        const name = `Ada ${password}`;
        const answer = await update(client, { name, password, password_confirmation: password, ...RIGHT });
        expect([answer.status, told(answer), answer.body.data?.name]).toEqual([200, 'token', name]);
      }
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    });

    it('names what else is wrong beside it', async () => {
      const { client } = await member(app);
      const answer = await update(client, { email: 'nobody', ...WRONG });
      expect([answer.status, answer.body.errors]).toEqual([
        422,
        {
          email: ['is not an email'],
          current_password: ['is invalid'],
          full_messages: ['Email is not an email', 'Current password is invalid'],
        },
      ]);
    });

    it('is not excused by an empty new password', async () => {
      const { client } = await member(app);
      const answer = await update(client, { name: 'Eve', password: '' });
      expect([answer.status, answer.body.errors]).toEqual([
        422,
        check === false ? { password: ["can't be blank"], full_messages: ["Password can't be blank"] } : MISSING.errors,
      ]);
    });
  });
});

onEveryAdapter('guessing a password with the session of somebody else', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      auth: { accountUpdateDto: Profile, throttleAccountLimit: 3, throttleWindow: '15m' },
    });
  });
  afterAll(() => app.close());
  afterEach(() => app.clock.advance('15m'));

  it('counts like a sign-in, and is answered 429', async () => {
    const { email, client } = await member(app);
    // The account's attempts, and as many for the network that it is signed in from.
    for (let turn = 0; turn < 6; turn++) {
      app.clock.advance('10s');
      expect((await update(client, { name: 'Eve', ...WRONG })).status).toBe(422);
    }
    app.clock.advance('10s');
    for (const body of [WRONG, RIGHT]) {
      const answer = await update(client, { name: 'Eve', ...body });
      expect([answer.status, answer.body]).toEqual([
        429,
        { success: false, errors: ['Too many sign in attempts. Please try again later.'] },
      ]);
      expect(answer.headers.get('retry-after')).toBe('840');
    }
    expect((await app.dataSource.getRepository(User).findOneByOrFail({ email })).name).toBe('');
    // Whatever needs no password goes on.
    app.clock.advance('10s');
    expect((await update(client, { name: 'Ada' })).status).toBe(200);
  });

  it('starts anew with the right one', async () => {
    const { client } = await member(app);
    for (let round = 0; round < 3; round++) {
      for (let turn = 0; turn < 2; turn++) expect((await update(client, { name: 'Eve', ...WRONG })).status).toBe(422);
      expect((await update(client, { name: 'Ada', ...RIGHT })).status).toBe(200);
    }
  });
});
