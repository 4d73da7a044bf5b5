import { TokenAuthUser } from 'nestjs-token-auth';
import { Column, Entity, type ColumnOptions } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { DATABASES } from '../support/databases.js';
import { ask, refusal, resetToken, setPassword, twice } from '../support/links.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';

const email: ColumnOptions = { type: 'varchar', length: 255, nullable: true };

/** Keeps addresses in a form of its own, always the same for the same address. */
@Entity()
class VeiledMember extends TokenAuthUser {
  @Column({
    ...email,
    transformer: {
      to: (value: string | null) => (value == null ? value : Buffer.from(value).toString('hex')),
      from: (value: string | null) => (value === null ? null : Buffer.from(value, 'hex').toString()),
    },
  })
  declare email: string | null;
}

/** Loads addresses only where they are asked for. */
@Entity()
class ShyMember extends TokenAuthUser {
  @Column({ ...email, select: false })
  declare email: string | null;
}

onEveryDatabase('an account whose column of e-mail addresses', (platform) => {
  it.each([
    ['has a transformer', VeiledMember],
    ['is not selected', ShyMember],
  ])('%s signs in, and its address stays taken', async (_, userEntity) => {
    const app = await TestApp.start(platform, { auth: { userEntity } });
    try {
      const account = { email: freshEmail(), password: PASSWORD };
      const { answer } = await newAccount(app, account.email);
      await newAccount(app);
      const signedIn = await signIn(app, account);
      expect([signedIn.status, signedIn.body.data?.id]).toEqual([200, answer.body.data.id]);
      expect((await signIn(app, { ...account, password: 'wrong' })).status).toBe(401);
      const again = await signUp(app, account);
      expect([again.status, again.body.errors.email]).toEqual([422, ['has already been taken']]);
    } finally {
      await app.close();
    }
  });

  it.each([
    ['has a transformer', VeiledMember],
    ['is not selected', ShyMember],
  ])('%s is led on by its reset link', async (_, userEntity) => {
    const mailbox = await Mailbox.open();
    const app = await TestApp.start(platform, { auth: { ...mailbox.options, userEntity } });
    try {
      const { email } = await newAccount(app);
      const token = await resetToken(app, mailbox, email);
      const { status, headers } = await follow(app, await mailbox.linkTo(app, email));
      expect([status, headers.get('location')]).toEqual([302, `${PAGE}?reset_password_token=${token}`]);
      const reset = await setPassword(app, { reset_password_token: token, ...twice('battery staple') });
      expect(reset.status).toBe(200);
    } finally {
      await app.close();
      await mailbox.close();
    }
  });
});

@Entity()
class Member extends TokenAuthUser {}

onEveryDatabase('a reset token', (platform) => {
  it('is none for an address that a collation takes for the one that it was sent to', async () => {
    const mailbox = await Mailbox.open();
    const app = await TestApp.start(platform, { auth: { ...mailbox.options, userEntity: Member } });
    try {
      const { email } = await newAccount(app);
      const token = await resetToken(app, mailbox, email);
      await app.dataSource.getRepository(Member).update({ email }, { email: email.toUpperCase() });
      const reset = await setPassword(app, { reset_password_token: token, ...twice('battery staple') });
      expect([reset.status, reset.body]).toEqual([401, refusal('Unauthorized')]);
    } finally {
      await app.close();
      await mailbox.close();
    }
  });
});

describe.skipIf(!DATABASES.includes('mysql'))('an address in characters that its column does not have', () => {
  it('is invalid, as far as the database can tell', async () => {
    const mailbox = await Mailbox.open();
    const app = await TestApp.start({ adapter: 'express', database: 'mysql' }, { auth: { ...mailbox.options } });
    try {
      await app.dataSource.query('ALTER TABLE `user` MODIFY email varchar(255) CHARACTER SET latin1');
      const account = { email: 'й@example.com', password: PASSWORD };
      expect((await signUp(app, account)).status).toBe(422);
      expect((await signIn(app, account)).status).toBe(422);
      expect((await ask(app, 'password', { ...account, redirect_url: PAGE })).status).toBe(422);
    } finally {
      await app.close();
      await mailbox.close();
    }
  });
});
