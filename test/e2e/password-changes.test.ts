import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsOf, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryDatabase, onEveryPlatform, TestApp } from '../support/app.js';
import { ProtocolClient, send, sendJson, told } from '../support/client.js';
import { createDatabase } from '../support/databases.js';
import { Gate, HeldController, hold } from '../support/held.js';
import { Mailbox, PAGE, follow, redirectOf } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';
import { SlowHasher } from '../support/slow-hasher.js';
import { clientsOf, update } from '../support/updates.js';

const NEXT = 'another horse';

const statusAt = async (client: ProtocolClient, path = '/members') => (await client.peek(path)).status;

onEveryPlatform('a new password', (platform) => {
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

  it('signs in instead of the old one', async () => {
    const { email, own } = await clientsOf(app);
    const answer = await update(own, { password: NEXT, password_confirmation: NEXT });
    expect([answer.status, told(answer), answer.auth.uid]).toEqual([200, 'token', email]);
    expect(JSON.stringify(answer.body)).not.toContain(NEXT);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
    expect((await signIn(app, { email, password: NEXT })).status).toBe(200);
  });

  it('keeps the client that set it, and ends all others', async () => {
    const { own, other } = await clientsOf(app);
    await update(own, { password: NEXT });
    expect(await statusAt(other)).toBe(401);
    for (let turn = 0; turn < 3; turn++) {
      app.clock.advance('10s');
      const answer = await own.go('/members');
      expect([answer.status, told(answer)]).toEqual([200, 'token']);
    }
    const rows = await app.rows();
    expect(rows.filter(({ client }) => client === other.headers['client'])).toEqual([]);
  });

  it('keeps the requests of that client that are under way', async () => {
    const { own } = await clientsOf(app);
    const goOn = await hold(app, own);
    await update(own, { password: NEXT });
    const late = await goOn();
    expect([late.status, told(late)]).toEqual([200, 'blank']);
    app.clock.advance('10s');
    expect(told(await own.go('/members'))).toBe('token');
  });

  it('lets those of others answer, without headers', async () => {
    const { own, other } = await clientsOf(app);
    const goOn = await hold(app, other);
    await update(own, { password: NEXT });
    const late = await goOn();
    expect([late.status, told(late)]).toEqual([200, 'nothing']);
    expect(await statusAt(other)).toBe(401);
  });

  it('ends a sign-in under way that has checked the old one', async () => {
    const { email, own } = await clientsOf(app);
    const latch = SlowHasher.holdNext(app, PASSWORD);
    const signingIn = signIn(app, { email, password: PASSWORD });
    await latch.reached;
    await update(own, { password: NEXT });
    latch.release();
    const headers = credentialsOf(await signingIn);
    expect((await send(`${app.url}/members`, { headers })).status).toBe(401);
  });

  it('is told to the owner by a mail without a link', async () => {
    const { email, own } = await clientsOf(app);
    await update(own, { password: NEXT });
    const mail = await mailbox.mailTo(app, email);
    expect([mail.subject, /https?:/.test(mail.text), mail.text.includes(NEXT)]).toEqual([
      'Password Changed',
      false,
      false,
    ]);
  });

  it.each([
    ['a new password', { password: NEXT }],
    ['a new address', { email: 'somewhere.else@example.com' }],
    ['both', { password: NEXT, email: 'anywhere.else@example.com' }],
  ])('and reset links: those sent before die with %s', async (_, body) => {
    const { email, own } = await clientsOf(app);
    await sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: PAGE });
    const link = await mailbox.linkTo(app, email);
    const { parameters } = redirectOf(await follow(app, link));
    expect((await update(own, body)).status).toBe(200);
    expect((await follow(app, link)).status).toBe(404);
    const reset = { reset_password_token: parameters['reset_password_token'], password: 'third horse' };
    const answer = await sendJson(`${app.url}/auth/password`, 'PUT', {
      ...reset,
      password_confirmation: reset.password,
    });
    expect([answer.status, told(answer)]).toEqual([401, 'nothing']);
    expect(await statusAt(own)).toBe(200);
  });

  it('may be the old one, and ends the others all the same', async () => {
    const { own, other } = await clientsOf(app);
    expect((await update(own, { password: PASSWORD })).status).toBe(200);
    expect([await statusAt(own), await statusAt(other)]).toEqual([200, 401]);
  });

  describe('of two that are set at the same time', () => {
    it('is the one that signs in, and its client is the one that lives', async () => {
      const { email, own, other } = await clientsOf(app);
      const contenders = [
        { client: own, password: 'first horse' },
        { client: other, password: 'second horse' },
      ];
      const answers = await Promise.all(contenders.map(({ client, password }) => update(client, { password })));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404]);
      for (const [turn, { client, password }] of contenders.entries()) {
        const status = answers[turn]?.status === 200 ? 200 : 401;
        expect((await signIn(app, { email, password })).status).toBe(status);
        expect(await statusAt(client)).toBe(status);
      }
    });

    it('is not undone by a client that has ended meanwhile', async () => {
      const { email, own, other } = await clientsOf(app);
      const latch = SlowHasher.holdNext(app, 'of the thief');
      const undoing = update(other, { password: 'of the thief' });
      await latch.reached;
      await update(own, { password: NEXT });
      latch.release();
      const answer = await undoing;
      expect([answer.status, told(answer), answer.body]).toEqual([
        404,
        'nothing',
        { success: false, errors: ['User not found.'], status: 'error' },
      ]);
      expect((await signIn(app, { email, password: NEXT })).status).toBe(200);
    });
  });

  describe('set with the token of a reset link', () => {
    async function resetToken(email: string): Promise<string> {
      await sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: PAGE });
      const { parameters } = redirectOf(await follow(app, await mailbox.linkTo(app, email)));
      return parameters['reset_password_token'] ?? '';
    }

    it.each(['PUT', 'PATCH'])('by %s signs in, and ends all clients', async (method) => {
      const { email, own, other } = await clientsOf(app);
      const reset_password_token = await resetToken(email);
      const body = { reset_password_token, password: NEXT, password_confirmation: NEXT };
      const answer = await sendJson(`${app.url}/auth`, method, body);
      expect([answer.status, told(answer), answer.auth.uid]).toEqual([200, 'token', email]);
      expect(answer.body).toMatchObject({ status: 'success', data: { email, uid: email } });
      expect([await statusAt(own), await statusAt(other)]).toEqual([401, 401]);
      expect((await send(`${app.url}/members`, { headers: credentialsOf(answer) })).status).toBe(200);
      const again = await sendJson(`${app.url}/auth`, method, body);
      expect([again.status, again.body]).toEqual([401, { success: false, errors: ['Unauthorized'] }]);
    });

    it('needs both fields', async () => {
      const { email } = await clientsOf(app);
      const answer = await sendJson(`${app.url}/auth`, 'PUT', {
        reset_password_token: await resetToken(email),
        password: NEXT,
      });
      expect([answer.status, told(answer), answer.body]).toEqual([
        422,
        'nothing',
        {
          success: false,
          errors: ["You must fill out the fields labeled 'Password' and 'Password confirmation'."],
        },
      ]);
    });
  });
});

onEveryDatabase('a new password set by another process', (platform) => {
  it('ends the clients of this one at once', async () => {
    const database = await createDatabase(platform.database);
    const one = await TestApp.start(platform, {
      database,
      controllers: [MembersController],
      dataSource: { synchronize: true },
    });
    const two = await TestApp.start(platform, { database, controllers: [MembersController] });
    try {
      const { email, own, other } = await clientsOf(one);
      const elsewhere = new ProtocolClient(two, other.headers);
      two.clock.advance(one.clock.now() - two.clock.now());
      expect((await elsewhere.go('/members')).status).toBe(200);
      expect((await update(own, { password: NEXT })).status).toBe(200);
      expect(await statusAt(elsewhere)).toBe(401);
      expect(await statusAt(new ProtocolClient(two, own.headers))).toBe(200);
      expect((await signIn(two, { email, password: PASSWORD })).status).toBe(401);
      expect((await signIn(two, { email, password: NEXT })).status).toBe(200);
    } finally {
      await Promise.all([one.close(), two.close()]);
      await database.drop();
    }
  });
});
