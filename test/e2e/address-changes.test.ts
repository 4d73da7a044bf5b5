import { IsOptional, IsString } from 'class-validator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, PASSWORD, newAccount, signIn } from '../support/accounts.js';
import { onEveryDatabase, onEveryPlatform, TestApp, User } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { Mailbox } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';
import { update } from '../support/updates.js';

class Profile {
  @IsOptional()
  @IsString()
  name?: string;
}

const TAKEN = {
  status: 'error',
  errors: { email: ['has already been taken'], full_messages: ['Email has already been taken'] },
};

onEveryPlatform('a change of address without confirmation', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const auth = { ...mailbox.options, accountUpdateDto: Profile };
    app = await TestApp.start(platform, { auth, controllers: [MembersController] });
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  it('happens at once and is told in headers and body', async () => {
    const { email } = await newAccount(app);
    const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
    const client = await ProtocolClient.signedIn(app, user);
    const next = freshEmail();
    const answer = await update(client, { email: ` ${next.toUpperCase()} `, name: 'Ada' });
    expect([answer.status, told(answer), answer.auth.uid]).toEqual([200, 'token', next]);
    const bearer = JSON.parse(Buffer.from(answer.auth.authorization?.slice(7) ?? '', 'base64').toString());
    expect(bearer.uid).toBe(next);
    expect(answer.body.data).toMatchObject({ id: user.id, email: next, uid: next, name: 'Ada' });
    expect((await signIn(app, { email: next, password: PASSWORD })).status).toBe(200);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
  });

  it('lets the client go on under the old uid and the new one', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { uid: old = '' } = client.headers;
    const next = freshEmail();
    await update(client, { email: next });
    for (const uid of [old, next]) {
      app.clock.advance('10s');
      client.headers['uid'] = uid;
      const answer = await client.go('/members');
      expect([answer.status, answer.auth.uid, answer.body]).toEqual([200, next, { uid: next }]);
    }
    client.headers['uid'] = freshEmail();
    expect((await client.peek('/members')).status).toBe(401);
  });

  it('lets other clients go on, which learn the new uid', async () => {
    const user = await app.user();
    const [client, other] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    const next = freshEmail();
    await update(client, { email: next });
    expect(other.headers['uid']).toBe(user.uid);
    const learned = await other.go('/members');
    expect([learned.status, told(learned), learned.auth.uid]).toEqual([200, 'token', next]);
    app.clock.advance('10s');
    expect((await other.go('/members')).status).toBe(200);
  });

  it('told within an open batch is told by its blanks', async () => {
    const client = await ProtocolClient.justSignedIn(app);
    const next = freshEmail();
    const answer = await update(client, { email: next });
    expect([answer.status, told(answer), answer.auth.uid]).toEqual([200, 'blank', next]);
    app.clock.advance('10s');
    expect((await client.go('/members')).auth.uid).toBe(next);
  });

  it('is told to the old address, by a mail without a link', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { uid: old = '' } = client.headers;
    const next = freshEmail();
    await update(client, { email: next });
    const mail = await mailbox.mailTo(app, old);
    expect(mail.subject).toBe('Email Changed');
    expect(mail.text).toContain(next);
    expect(mail.text).not.toMatch(/https?:/);
    expect(await mailbox.mailsTo(app, next)).toEqual([]);
  });

  it('to the present address changes nothing and tells nobody', async () => {
    const client = await ProtocolClient.signedIn(app);
    const { uid: old = '' } = client.headers;
    const answer = await update(client, { email: old.toUpperCase() });
    expect([answer.status, told(answer), answer.auth.uid]).toEqual([200, 'token', old]);
    expect(await mailbox.mailsTo(app, old)).toEqual([]);
  });

  it('is refused for an address that somebody has', async () => {
    const { email } = await newAccount(app);
    const client = await ProtocolClient.signedIn(app);
    const { uid } = client.headers;
    const answer = await update(client, { email: email.toUpperCase(), name: 'Eve' });
    expect([answer.status, told(answer), answer.auth.uid, answer.body]).toEqual([422, 'token', uid, TAKEN]);
    expect(await app.dataSource.getRepository(User).countBy({ name: 'Eve' })).toBe(0);
    expect(await mailbox.mailsTo(app, email)).toEqual([]);
  });

  it('keeps the uid of an account that a provider made', async () => {
    const user = await app.user({ provider: 'github', uid: `gh-${Math.random()}` });
    const client = await ProtocolClient.signedIn(app, user);
    const next = freshEmail();
    const answer = await update(client, { email: next });
    expect([answer.status, answer.auth.uid]).toEqual([200, user.uid]);
    expect(answer.body.data).toMatchObject({ email: next, uid: user.uid });
  });
});

onEveryDatabase('two accounts that want one address at the same time', (platform) => {
  it('do not both get it, and the other is told', async () => {
    const app = await TestApp.start(platform, { controllers: [MembersController] });
    try {
      for (let round = 0; round < 3; round++) {
        const email = freshEmail();
        const clients = [await ProtocolClient.signedIn(app), await ProtocolClient.signedIn(app)];
        const answers = await Promise.all(clients.map((client) => update(client, { email })));
        expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422]);
        const loser = answers.find(({ status }) => status === 422);
        expect([loser?.body, loser && told(loser)]).toEqual([TAKEN, 'token']);
        expect(await app.dataSource.getRepository(User).countBy({ email })).toBe(1);
        app.clock.advance('10s');
        for (const client of clients) expect((await client.go('/members')).status).toBe(200);
      }
    } finally {
      await app.close();
    }
  });
});
