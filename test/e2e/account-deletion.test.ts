import { oneTimeTokenEntityFor, TokenAuthUser, tokenEntityFor } from 'nestjs-token-auth';
import { Column, DeleteDateColumn, Entity, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, onEveryPlatform, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, sendJson, told } from '../support/client.js';
import { Gate, HeldController, hold } from '../support/held.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';
import { SlowHasher } from '../support/slow-hasher.js';
import { update } from '../support/updates.js';

const NOT_FOUND = { success: false, errors: ['Unable to locate account for destruction.'], status: 'error' };
const DELETE = { method: 'DELETE' };

const destroyed = (uid?: string) => ({
  status: 'success',
  message: `Account with UID '${uid}' has been destroyed.`,
});

onEveryPlatform('deleting an account', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, {
      auth: { ...mailbox.options, passwordHasher: SlowHasher },
      controllers: [MembersController, HeldController],
      providers: [Gate],
    });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  it('answers 200 without auth headers, and leaves nothing of it', async () => {
    const { email } = await newAccount(app);
    const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
    const [own, other] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    const stranger = await ProtocolClient.signedIn(app);
    await sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: PAGE });
    const link = await mailbox.linkTo(app, email);

    const answer = await own.go('/auth', DELETE);
    expect([answer.status, told(answer), answer.body]).toEqual([200, 'nothing', destroyed(email)]);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await app.dataSource.getRepository(User).countBy({ email })).toBe(0);
    const owner = { user: { id: user.id } };
    expect(await app.dataSource.getRepository(tokenEntityFor(User)).countBy(owner)).toBe(0);
    expect(await app.dataSource.getRepository(oneTimeTokenEntityFor(User)).countBy(owner)).toBe(0);
    for (const client of [own, other]) expect((await client.peek('/members')).status).toBe(401);
    expect((await stranger.peek('/members')).status).toBe(200);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    expect((await follow(app, link)).status).toBe(404);
    const again = await own.peek('/auth', DELETE);
    expect([again.status, told(again), again.body]).toEqual([404, 'nothing', NOT_FOUND]);
    // The address is free.
    expect((await signUp(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('answers 404 to who is not signed in', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { uid = '' } = client.headers;
    for (const headers of [
      {},
      { ...client.headers, 'access-token': 'x'.repeat(70) },
      { ...client.headers, uid: 'x' },
    ]) {
      const answer = await send(`${app.url}/auth`, { ...DELETE, headers });
      expect([answer.status, told(answer), answer.body]).toEqual([404, 'nothing', NOT_FOUND]);
    }
    expect(await app.dataSource.getRepository(User).countBy({ uid })).toBe(1);
  });

  it('names the uid that the account has, not the one that the client may still send', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { uid: old = '' } = client.headers;
    const email = freshEmail();
    await update(client, { email });
    app.clock.advance('10s');
    client.headers['uid'] = old;
    expect((await client.go('/auth', DELETE)).body).toEqual(destroyed(email));
  });

  it('lets a request of the same user answer that is under way, without headers', async () => {
    const user = await app.user();
    const [own, other] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    const goOn = [await hold(app, own), await hold(app, other)];
    expect((await own.peek('/auth', DELETE)).status).toBe(200);
    for (const next of goOn) {
      const answer = await next();
      expect([answer.status, told(answer)]).toEqual([200, 'nothing']);
    }
    expect(await app.dataSource.getRepository(tokenEntityFor(User)).countBy({ user: { id: user.id } })).toBe(0);
  });

  it('happens once when it is asked for twice', async () => {
    const user = await app.user();
    const [one, two] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    const answers = await Promise.all([one, two].map((client) => client.peek('/auth', DELETE)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
    expect(answers.map(told)).toEqual(['nothing', 'nothing']);
  });

  it('refuses a sign-in under way as if there had never been an account', async () => {
    const { email, answer } = await newAccount(app);
    const latch = SlowHasher.holdNext(app, PASSWORD);
    const signingIn = signIn(app, { email, password: PASSWORD });
    await latch.reached;
    expect((await send(`${app.url}/auth`, { ...DELETE, headers: credentialsOf(answer) })).status).toBe(200);
    latch.release();
    const late = await signingIn;
    expect([late.status, told(late), late.body]).toEqual([
      401,
      'nothing',
      { success: false, errors: ['Invalid login credentials. Please try again.'] },
    ]);
  });
});

@Entity()
class Invoice {
  @PrimaryGeneratedColumn()
  id!: number;

  @ManyToOne(() => User, { nullable: false })
  user!: User;
}

onEveryPlatform('deleting an account that other records refer to', (platform) => {
  it('answers 409 and leaves it as it is', async () => {
    const app = await TestApp.start(platform, { entities: [Invoice], controllers: [MembersController] });
    try {
      const user = await app.user();
      await app.dataSource.getRepository(Invoice).save({ user });
      const [own, other] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
      const answer = await own.go('/auth', DELETE);
      expect([answer.status, told(answer), answer.body]).toEqual([
        409,
        'token',
        {
          success: false,
          errors: ['The account cannot be destroyed because other records refer to it.'],
          status: 'error',
        },
      ]);
      for (const client of [own, other]) expect((await client.go('/members')).status).toBe(200);
    } finally {
      await app.close();
    }
  });
});

@Entity()
class Member extends TokenAuthUser {
  @Column({ type: 'varchar', default: '' })
  name!: string;

  @DeleteDateColumn()
  deletedAt!: Date | null;
}

onEveryDatabase('an account whose entity has a column for when it was deleted', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, {
      auth: { ...mailbox.options, userEntity: Member, passwordHasher: SlowHasher },
      controllers: [MembersController],
    });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const members = () => app.dataSource.getRepository(Member);

  it('is kept, and nothing else of it', async () => {
    const { email } = await newAccount(app);
    const user = await members().findOneByOrFail({ email });
    const [own, other] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    await sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: PAGE });
    const link = await mailbox.linkTo(app, email);
    const answer = await own.go('/auth', DELETE);
    expect([answer.status, told(answer), answer.body]).toEqual([200, 'nothing', destroyed(email)]);
    const kept = await members().findOneOrFail({ where: { email }, withDeleted: true });
    expect(kept.deletedAt).toBeInstanceOf(Date);
    expect(await app.rows()).toEqual([]);
    expect(await app.dataSource.getRepository(oneTimeTokenEntityFor(Member)).count()).toBe(0);
    for (const client of [own, other]) expect((await client.peek('/members')).status).toBe(401);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    expect((await follow(app, link)).status).toBe(404);
    expect((await own.peek('/auth', DELETE)).status).toBe(404);
  });

  it('comes back without anybody who had been signed in, or was about to be', async () => {
    const { email, answer } = await newAccount(app);
    const latch = SlowHasher.holdNext(app, PASSWORD);
    const signingIn = signIn(app, { email, password: PASSWORD });
    await latch.reached;
    const user = await members().findOneByOrFail({ email });
    expect((await send(`${app.url}/auth`, { ...DELETE, headers: credentialsOf(answer) })).status).toBe(200);
    latch.release();
    const late = await signingIn;
    await members().restore({ id: user.id });
    for (const headers of [credentialsOf(answer), credentialsOf(late)]) {
      expect((await send(`${app.url}/members`, { headers })).status).toBe(401);
    }
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('is deleted once when that is asked for twice', async () => {
    const user = await app.user();
    const [one, two] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    const answers = await Promise.all([one, two].map((client) => client.peek('/auth', DELETE)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
  });
});

onEveryAdapter('deleting an account in cookie mode', (platform) => {
  it('clears the cookie', async () => {
    const app = await TestApp.start(platform, { auth: { cookieEnabled: true } });
    try {
      const email = freshEmail();
      const [set = ''] = (await signUp(app, { email, password: PASSWORD })).headers.getSetCookie();
      const cookie = set.split(';', 1)[0] as string;
      app.clock.advance('10s');
      const answer = await send(`${app.url}/auth`, { ...DELETE, headers: { cookie } });
      expect([answer.status, told(answer), answer.body]).toEqual([200, 'nothing', destroyed(email)]);
      expect(answer.headers.getSetCookie()).toEqual([
        '__Host-auth_cookie=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
      ]);
      const again = await send(`${app.url}/auth`, { ...DELETE, headers: { cookie } });
      expect([again.status, again.body]).toEqual([404, NOT_FOUND]);
    } finally {
      await app.close();
    }
  });
});
