import { TokenAuthUser } from 'nestjs-token-auth';
import { Column, Entity } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { credentialsOf, freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, TestApp, User } from '../support/app.js';
import { send } from '../support/client.js';

onEveryAdapter('userResponse', (platform) => {
  it('makes of the user what the answers show', async () => {
    const userResponse = ({ id, name }: User) => ({ number: id, name });
    const app = await TestApp.start(platform, { auth: { userResponse } });
    try {
      const email = freshEmail();
      const up = await signUp(app, { email, password: PASSWORD });
      const expected = { number: expect.any(Number) as unknown, name: '' };
      expect(up.body).toEqual({ status: 'success', data: expected });
      const answer = await signIn(app, { email, password: PASSWORD });
      expect(answer.body).toEqual({ data: expected });
      const validation = await send(`${app.url}/auth/validate_token`, { headers: credentialsOf(answer) });
      expect(validation.body).toEqual({ success: true, data: expected });
    } finally {
      await app.close();
    }
  });
});

@Entity()
class Member extends TokenAuthUser {
  @Column({ type: 'varchar', default: '' })
  name!: string;
}

onEveryDatabase('the user that userResponse is given', (platform) => {
  let app: TestApp;
  let given: Member[];
  beforeEach(async () => {
    given = [];
    const userResponse = (user: Member) => {
      given.push(user);
      return Object.fromEntries(Object.entries(user));
    };
    app = await TestApp.start(platform, { auth: { userEntity: Member, userResponse } });
  });
  afterEach(() => app.close());

  it('is what the repository loads: without the digest of the password and the auth epoch', async () => {
    const account = { email: freshEmail(), password: PASSWORD };
    const up = await signUp(app, account);
    const answers = [
      up,
      await signIn(app, account),
      await send(`${app.url}/auth/validate_token`, { headers: credentialsOf(up) }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(given).toHaveLength(3);
    const stored = await app.dataSource.getRepository(Member).findOneByOrFail({});
    for (const user of given) {
      expect(user).toBeInstanceOf(Member);
      expect([user.encryptedPassword, user.authEpoch]).toEqual([undefined, undefined]);
    }
    for (const { body } of answers) expect(body.data).toEqual(JSON.parse(JSON.stringify(stored)));
  });

  it('has been saved: a refusal shows its own view of who is none yet', async () => {
    const account = { email: freshEmail(), password: PASSWORD };
    await signUp(app, account);
    given = [];
    const taken = await signUp(app, account);
    const short = await signUp(app, { ...account, password: 'short' });
    for (const answer of [taken, short]) {
      expect(answer.status).toBe(422);
      expect(answer.body.data).toMatchObject({ id: null, email: account.email, uid: '' });
    }
    expect(given).toEqual([]);
  });
});
