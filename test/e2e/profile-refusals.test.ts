import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signUp } from '../support/accounts.js';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { told } from '../support/client.js';
import { given, member, startProfiles } from '../support/profiles.js';
import { update } from '../support/updates.js';

const full = (errors: object) => ({ status: 'error', errors });

onEveryDatabase('values that no column of a profile can keep', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startProfiles(platform);
  });
  afterAll(() => app.close());

  describe.each([
    ['a sign-up', async (profile: object) => await signUp(app, given(profile))],
    ['an update', async (profile: object) => await update(await member(app), profile)],
  ])('in %s', (name, send) => {
    const data = name === 'a sign-up' ? { data: expect.objectContaining({ id: null }) } : {};

    it.each([
      ['too long a text', { first_name: 'é'.repeat(41) }, 'is too long (maximum is 40 characters)'],
      ['NUL', { first_name: 'A\0da' }, 'is invalid'],
      ['NUL in what its rules let pass', { colour: 'a\0b' }, 'is invalid'],
      ['a list', { colour: ['red'] }, 'is invalid'],
      ['an object', { colour: { colour: '' } }, 'is invalid'],
      ['a boolean', { colour: true }, 'is invalid'],
      ['an object for a unique text', { nickname: { nickname: '' } }, 'is invalid'],
      ['an object for a boolean', { newsletter: { a: 1 } }, 'is invalid'],
      ['nothing where the column needs something', { colour: null }, "can't be blank"],
    ])('refuses %s', async (_, profile, fault) => {
      const [key = ''] = Object.keys(profile);
      const sentence = `${key === 'first_name' ? 'First name' : key.charAt(0).toUpperCase() + key.slice(1)} ${fault}`;
      const answer = await send(profile);
      expect([answer.status, told(answer)]).toEqual([422, name === 'a sign-up' ? 'nothing' : 'token']);
      expect(answer.body).toEqual({ ...full({ [key]: [fault], full_messages: [sentence] }), ...data });
    });

    it.each([
      ['no member of an enumeration', { theme: 'neon' }],
      ['a number out of range', { age: 1e15 }],
      ['no date', { birthday: '2020-W50' }],
    ])('never fails for what the database refuses: %s', async (_, profile) => {
      const answer = await send(profile);
      expect([200, 422]).toContain(answer.status);
      expect(answer.body.errors?.full_messages.length).toBe(answer.status === 422 ? 1 : undefined);
    });

    it('takes as many characters as fit, of whatever size', async () => {
      const answer = await send({ first_name: '🦊'.repeat(40) });
      expect([answer.status, answer.body.data.first_name]).toEqual([200, '🦊'.repeat(40)]);
    });

    it('refuses a text that is too long for a column of the default length', async () => {
      const answer = await send({ colour: 'x'.repeat(300) });
      expect([answer.status, answer.body.errors?.colour]).toEqual(
        platform.database === 'mysql' ? [422, ['is too long (maximum is 255 characters)']] : [200, undefined],
      );
    });

    it('refuses a unique value that somebody else has', async () => {
      const nickname = `n${Math.random()}`.slice(0, 12);
      await member(app, { nickname });
      const answer = await send({ nickname });
      expect([answer.status, answer.body.errors]).toEqual([
        422,
        { nickname: ['has already been taken'], full_messages: ['Nickname has already been taken'] },
      ]);
    });
  });
});
