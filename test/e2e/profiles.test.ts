import 'reflect-metadata';
import {
  ArrayMaxSize,
  Equals,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { TokenAuthUser } from 'nestjs-token-auth';
import { Column, Entity, Index } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { ProtocolClient, told, type Answer } from '../support/client.js';

class Home {
  @Column({ type: 'varchar', default: '' })
  city!: string;
}

@Entity()
class Member extends TokenAuthUser {
  @Column({ type: 'varchar', length: 40, default: '' })
  firstName!: string;

  @Column({ type: 'varchar', default: 'green' })
  colour!: string;

  @Index({ unique: true })
  @Column({ type: 'varchar', length: 20, nullable: true, select: false })
  nickname?: string | null;

  @Column({ type: 'int', nullable: true })
  age!: number | null;

  @Column({ type: 'simple-json', nullable: true })
  settings!: object | null;

  @Column({ type: 'simple-enum', enum: ['light', 'dark'], default: 'light' })
  theme!: string;

  @Column({ type: 'date', nullable: true })
  birthday!: string | null;

  @Column({ type: 'boolean', default: false })
  newsletter!: boolean;

  @Column({ type: 'varchar', default: '' })
  role!: string;

  @Column(() => Home)
  home!: Home;
}

class Names {
  @IsOptional()
  @IsString()
  @MinLength(2)
  first_name?: string;

  /** Checked by nothing but the column. */
  @IsOptional()
  colour?: unknown;
}

class Profile extends Names {
  @IsOptional()
  nickname?: unknown;

  @IsOptional()
  @IsInt()
  age?: number;

  @IsOptional()
  @IsObject()
  settings?: object;

  @IsOptional()
  theme?: unknown;

  @IsOptional()
  @IsISO8601()
  birthday?: string;

  @IsOptional()
  newsletter?: unknown;

  /** Part of an embedded entity there, no column by itself. */
  @IsOptional()
  city?: string;

  @IsOptional()
  @Matches(/^\d+$/, { message: 'takes digits alone' })
  postal_code?: string;

  /** Without a decorator. */
  role?: string;
}

class NewProfile extends Profile {
  @Equals(true)
  terms_accepted?: boolean;

  @IsNotEmpty()
  override theme = 'dark';
}

class Nested {
  @ValidateNested()
  @IsOptional()
  settings?: Home;

  @IsOptional()
  @IsString({ each: true })
  @ArrayMaxSize(2)
  tags?: string[];
}

const full = (errors: object) => ({ status: 'error', errors });

onEveryDatabase('an application whose profiles are its own', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, {
      auth: { userEntity: Member, signUpDto: NewProfile, accountUpdateDto: Profile },
    });
  });
  afterAll(() => app.close());

  const given = (profile: object) => ({ email: freshEmail(), password: PASSWORD, terms_accepted: true, ...profile });

  async function stored({ body }: Answer): Promise<any> {
    const members = app.dataSource.getRepository(Member).createQueryBuilder('member');
    return await members.addSelect('member.nickname').where({ id: body.data.id }).getOneOrFail();
  }

  async function member(profile: object = {}): Promise<ProtocolClient> {
    const client = await ProtocolClient.signedIn(app, await app.user(profile));
    return client;
  }

  const put = (client: ProtocolClient, body: object) =>
    client.go('/auth', {
      method: 'PUT',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });

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
    const client = await member();
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

  describe.each([
    ['a sign-up', async (profile: object) => await signUp(app, given(profile))],
    ['an update', async (profile: object) => await put(await member(), profile)],
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
      await member({ nickname });
      const answer = await send({ nickname });
      expect([answer.status, answer.body.errors]).toEqual([
        422,
        { nickname: ['has already been taken'], full_messages: ['Nickname has already been taken'] },
      ]);
    });
  });

  it('lets one of two have a unique value at once', async () => {
    for (const nickname of ['first', 'second', 'third']) {
      const [one, two] = [await member(), await member()];
      const answers = await Promise.all([
        put(one, { nickname, email: freshEmail() }),
        put(two, { nickname, email: freshEmail() }),
        signUp(app, given({ nickname })),
      ]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422, 422]);
      for (const { body } of answers) expect(body.errors?.email).toBeUndefined();
      expect(await app.dataSource.getRepository(Member).countBy({ nickname })).toBe(1);
    }
  });

  it('may send its own unique value again, in another spelling too', async () => {
    const client = await member({ nickname: 'lovelace' });
    for (const nickname of ['lovelace', 'Lovelace', 'lovelace']) {
      const answer = await put(client, { nickname });
      expect([answer.status, (await stored(answer)).nickname]).toEqual([200, nickname]);
    }
  });

  it('updates what is sent and asks for nothing else', async () => {
    const client = await member({ firstName: 'Ada', theme: 'light', colour: 'blue', nickname: 'x1' });
    const answer = await put(client, { first_name: 'Augusta' });
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(await stored(answer)).toMatchObject({
      firstName: 'Augusta',
      theme: 'light',
      colour: 'blue',
      nickname: 'x1',
    });
    const cleared = await put(client, { nickname: null, age: null, first_name: '' });
    expect([cleared.status, cleared.body.errors]).toEqual([
      422,
      expect.objectContaining({ first_name: ['must be longer than or equal to 2 characters'] }),
    ]);
    expect((await stored(answer)).nickname).toBe('x1');
    expect((await stored(await put(client, { nickname: null }))).nickname).toBeNull();
  });

  it('may send what is checked but stored nowhere', async () => {
    const client = await member({ firstName: 'Ada' });
    const answer = await put(client, { postal_code: '75001' });
    expect([answer.status, told(answer), answer.body.data.first_name]).toEqual([200, 'token', 'Ada']);
  });

  it('counts a class default as nothing sent', async () => {
    const client = await member({ theme: 'light' });
    const answer = await put(client, { city: 'Paris' });
    expect([answer.status, answer.body.data.theme]).toEqual([200, 'light']);
  });
});

onEveryDatabase('a class with nested rules', (platform) => {
  it('answers a text for what it refuses inside', async () => {
    const app = await TestApp.start(platform, { auth: { userEntity: Member, signUpDto: Nested } });
    try {
      const given = { email: freshEmail(), password: PASSWORD };
      const nested = await signUp(app, { ...given, settings: { city: 1 } });
      expect([nested.status, nested.body.errors]).toEqual([
        422,
        { settings: ['is invalid'], full_messages: ['Settings is invalid'] },
      ]);
      const list = await signUp(app, { ...given, tags: ['a', 1] });
      expect([list.status, list.body.errors]).toEqual([
        422,
        { tags: ['each value must be a string'], full_messages: ['Tags each value must be a string'] },
      ]);
    } finally {
      await app.close();
    }
  });
});

describe('a class that declares what the module looks after', () => {
  it.each(['uid', 'encrypted_password', 'encryptedPassword', 'auth_epoch', 'confirmed_at', 'id', 'email', 'password'])(
    'stops the start and says why: %s',
    async (property) => {
      class Greedy {}
      IsOptional()(Greedy.prototype, property);
      for (const option of ['signUpDto', 'accountUpdateDto']) {
        const start = TestApp.start({ adapter: 'express', database: 'sqlite' }, { auth: { [option]: Greedy } });
        await expect(start).rejects.toThrow(`${option} must not declare ${property}, which the module looks after`);
      }
    },
  );

  it('stops it too without a property that could be set', async () => {
    const start = TestApp.start({ adapter: 'express', database: 'sqlite' }, { auth: { signUpDto: class {} } });
    await expect(start).rejects.toThrow('signUpDto has no property with a decorator of class-validator');
  });
});
