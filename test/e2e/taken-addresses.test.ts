import { Column, DeleteDateColumn, Entity } from 'typeorm';
import { TokenAuthUser } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';

@Entity()
class Member extends TokenAuthUser {
  @Column({ type: 'varchar', default: '' })
  name!: string;

  @DeleteDateColumn()
  deletedAt!: Date | null;
}

const TAKEN = { email: ['has already been taken'], full_messages: ['Email has already been taken'] };

onEveryDatabase('addresses that an account holds', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { auth: { userEntity: Member } });
  });
  afterAll(() => app.close());

  it('stay taken while the account is softly deleted', async () => {
    const { email } = await newAccount(app);
    await app.dataSource.getRepository(Member).softDelete({ email });
    const answer = await signUp(app, { email, password: PASSWORD });
    expect([answer.status, answer.body.errors]).toEqual([422, TAKEN]);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
  });

  it.each([
    ['an accent', 'josé', 'jose'],
    ['another form of the same accent', 'andre\u0301', 'andr\u00e9'],
    ['a sharp s', 'straße', 'strasse'],
    ['a full-width letter', 'ａｄａ', 'ada'],
  ])('are taken for whatever the unique index of the database takes for the same: %s', async (_, first, second) => {
    const host = freshEmail().replace(/^.*@/, `${Math.random().toString(36).slice(2)}.`);
    await newAccount(app, `${first}@${host}`);
    const answer = await signUp(app, { email: `${second}@${host}`, password: PASSWORD });
    const count = await app.dataSource.getRepository(Member).countBy({ email: `${second}@${host}` });
    // Two accounts, or a refusal that says why.
    expect([200, 422]).toContain(answer.status);
    expect(answer.body.errors).toEqual(answer.status === 200 ? undefined : TAKEN);
    expect(count).toBe(1);
    expect((await signIn(app, { email: `${first}@${host}`, password: PASSWORD })).body.data.email).toBe(
      `${first}@${host}`,
    );
  });
});
