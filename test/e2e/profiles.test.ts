import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, signUp } from '../support/accounts.js';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { told, type Answer } from '../support/client.js';
import { given, Member, member, startProfiles } from '../support/profiles.js';
import { update } from '../support/updates.js';

onEveryDatabase('an application whose profiles are its own', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startProfiles(platform);
  });
  afterAll(() => app.close());

  async function stored({ body }: Answer): Promise<any> {
    const members = app.dataSource.getRepository(Member).createQueryBuilder('member');
    return await members.addSelect('member.nickname').where({ id: body.data.id }).getOneOrFail();
  }

  it('stores what the class declares, under the properties of the entity', async () => {
    const profile = { first_name: 'Ada', nickname: 'countess', age: 36, settings: { size: 2 }, newsletter: true };
    const answer = await signUp(app, given({ ...profile, birthday: '1815-12-10', colour: 'red' }));
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(answer.body.data).toMatchObject({ first_name: 'Ada', age: 36, settings: { size: 2 }, colour: 'red' });
    expect(answer.body.data).not.toHaveProperty('nickname');
    expect(await stored(answer)).toMatchObject({
      firstName: 'Ada',
      nickname: 'countess',
      age: 36,
      settings: { size: 2 },
      newsletter: true,
      birthday: '1815-12-10',
      colour: 'red',
    });
  });

  it('takes the defaults of the class and of the column', async () => {
    const answer = await signUp(app, given({}));
    expect([answer.status, answer.body.data.theme, answer.body.data.colour]).toEqual([200, 'dark', 'green']);
  });

  it('ignores what the class does not declare, and what is no column', async () => {
    const hostile = '{"__proto__":{"role":"admin"},"constructor":{"prototype":{"role":"admin"}}}';
    const answer = await signUp(app, {
      ...given({ role: 'admin', city: 'Paris', postal_code: '75001', firstName: 'Eve', lastName: 'Eve' }),
    });
    expect(answer.status).toBe(200);
    expect(await stored(answer)).toMatchObject({ role: '', firstName: '', home: { city: '' } });
    const client = await member(app);
    const body = hostile.replace('{', '{"first_name":"Ada","role":"admin",');
    const changed = await client.go('/auth', { method: 'PUT', body, headers: { 'content-type': 'application/json' } });
    expect([changed.status, changed.body.data?.first_name, changed.body.data?.role]).toEqual([200, 'Ada', '']);
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it('answers what its rules refuse in the form of the protocol', async () => {
    const answer = await signUp(app, given({ first_name: 'A', age: 'old', postal_code: 'x', terms_accepted: false }));
    expect([answer.status, told(answer)]).toEqual([422, 'nothing']);
    expect(answer.body.errors).toEqual({
      first_name: ['must be longer than or equal to 2 characters'],
      age: ['must be an integer number'],
      postal_code: ['takes digits alone'],
      terms_accepted: ['must be equal to true'],
      full_messages: expect.arrayContaining([
        'First name must be longer than or equal to 2 characters',
        'Age must be an integer number',
        'Postal code takes digits alone',
        'Terms accepted must be equal to true',
      ]),
    });
    expect(answer.body.errors.full_messages).toHaveLength(4);
    expect(answer.body.data).toMatchObject({ id: null, uid: '' });
  });

  it('names all that is wrong at once', async () => {
    const { body } = await signUp(app, { ...given({ first_name: 'A' }), email: 'nobody', password: 'short' });
    expect(Object.keys(body.errors).toSorted()).toEqual(['email', 'first_name', 'full_messages', 'password']);
  });

  it('lets one of two have a unique value at once', async () => {
    for (const nickname of ['first', 'second', 'third']) {
      const [one, two] = [await member(app), await member(app)];
      const answers = await Promise.all([
        update(one, { nickname, email: freshEmail() }),
        update(two, { nickname, email: freshEmail() }),
        signUp(app, given({ nickname })),
      ]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422, 422]);
      for (const { body } of answers) expect(body.errors?.email).toBeUndefined();
      expect(await app.dataSource.getRepository(Member).countBy({ nickname })).toBe(1);
    }
  });

  it('may send its own unique value again, in another spelling too', async () => {
    const client = await member(app, { nickname: 'lovelace' });
    for (const nickname of ['lovelace', 'Lovelace', 'lovelace']) {
      const answer = await update(client, { nickname });
      expect([answer.status, (await stored(answer)).nickname]).toEqual([200, nickname]);
    }
  });

  it('updates what is sent and asks for nothing else', async () => {
    const client = await member(app, { firstName: 'Ada', theme: 'light', colour: 'blue', nickname: 'x1' });
    const answer = await update(client, { first_name: 'Augusta' });
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(await stored(answer)).toMatchObject({
      firstName: 'Augusta',
      theme: 'light',
      colour: 'blue',
      nickname: 'x1',
    });
    const cleared = await update(client, { nickname: null, age: null, first_name: '' });
    expect([cleared.status, cleared.body.errors]).toEqual([
      422,
      expect.objectContaining({ first_name: ['must be longer than or equal to 2 characters'] }),
    ]);
    expect((await stored(answer)).nickname).toBe('x1');
    expect((await stored(await update(client, { nickname: null }))).nickname).toBeNull();
  });

  it('may send what is checked but stored nowhere', async () => {
    const client = await member(app, { firstName: 'Ada' });
    const answer = await update(client, { postal_code: '75001' });
    expect([answer.status, told(answer), answer.body.data.first_name]).toEqual([200, 'token', 'Ada']);
  });

  it('counts a class default as nothing sent', async () => {
    const client = await member(app, { theme: 'light' });
    const answer = await update(client, { city: 'Paris' });
    expect([answer.status, answer.body.data.theme]).toEqual([200, 'light']);
  });
});
