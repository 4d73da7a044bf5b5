import { Outbox, throttleEntityFor } from 'nestjs-token-auth';
import { MoreThan } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryPlatform, TestApp, User } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { exchange, toldBy, watchResponses } from '../support/exchanges.js';
import { ask } from '../support/links.js';
import { lock } from '../support/locked.js';
import { Mailbox, PAGE } from '../support/mailbox.js';
import { kindsOf } from '../support/statements.js';

onEveryPlatform('who asks about an account', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, {
      auth: {
        ...mailbox.options,
        confirmable: true,
        lockable: true,
        maximumAttempts: 3,
        throttleAddressLimit: 10_000,
        defaultConfirmSuccessUrl: PAGE,
      },
    });
    watchResponses(app);
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  async function known(values: object = { confirmedAt: new Date(1) }): Promise<string> {
    const { email } = await newAccount(app);
    await app.dataSource.getRepository(User).update({ email }, values);
    return email;
  }

  /** All rows of all tables, each as one text. */
  async function stored(): Promise<string[]> {
    const tables = app.dataSource.entityMetadatas.map(({ tablePath }) => app.dataSource.driver.escape(tablePath));
    const all = await Promise.all(tables.map((table) => app.dataSource.query(`SELECT * FROM ${table}`)));
    return all.flatMap((rows, index) => rows.map((row: object) => `${tables[index]} ${JSON.stringify(row)}`));
  }

  /** Makes a request, and tells how many rows it has written. */
  async function observe(request: () => Promise<Answer>) {
    await app.nest.get(Outbox).settled();
    const rows = new Set(await stored());
    const seen = await exchange(app, request);
    return { ...seen, written: (await stored()).filter((row) => !rows.has(row)).length };
  }

  /**
   * What is told, and what is done before, for several addresses; how many rows each has written, and whether anything is
   * done afterwards.
   */
  async function compare(request: (email: string) => Promise<Answer>, emails: readonly string[]) {
    const exchanges = [];
    for (const email of emails) {
      // Each is the first request for its address.
      await app.dataSource.getRepository(throttleEntityFor(User)).clear();
      const { before, ...rest } = await observe(() => request(email));
      exchanges.push({ ...rest, before: kindsOf(before) });
    }
    const [first] = exchanges;
    for (const { answer, before } of exchanges) {
      expect(toldBy(answer)).toEqual(toldBy(first!.answer));
      expect(before).toEqual(first!.before);
    }
    return {
      answer: first!.answer,
      work: exchanges.map(({ after }) => after.length > 0),
      written: exchanges.map(({ written }) => written),
    };
  }

  it('learns nothing from the request for a reset link', async () => {
    const foreign = await known({ provider: 'github', confirmedAt: new Date(1) });
    const request = (email: string) => ask(app, 'password', { email, redirect_url: PAGE });
    const { answer, work } = await compare(request, [await known(), freshEmail(), foreign]);
    expect([answer.status, work]).toEqual([200, [true, false, true]]);
  });

  it('learns nothing from the request for a confirmation link', async () => {
    const emails = [
      await known(),
      freshEmail(),
      await known({ confirmedAt: null }),
      await known({ confirmedAt: new Date(1), unconfirmedEmail: freshEmail() }),
    ];
    const { answer, work } = await compare((email) => ask(app, 'confirmation', { email }), emails);
    expect([answer.status, work]).toEqual([200, [true, false, true, true]]);
  });

  it('learns nothing from the request for an unlock link', async () => {
    const locked = await known();
    await lock(app, locked);
    const { answer, work } = await compare(
      (email) => ask(app, 'unlock', { email }),
      [await known(), freshEmail(), locked],
    );
    expect([answer.status, work]).toEqual([200, [true, false, true]]);
  });

  it('is answered before any account is loaded for a mail', async () => {
    const locked = await known();
    await lock(app, locked);
    const { subscribers } = app.dataSource;
    subscribers.push({ listenTo: () => User, afterLoad: () => void app.log.statements.push('LOADED') });
    try {
      for (const [path, email] of [
        ['password', await known()],
        ['confirmation', await known()],
        ['unlock', locked],
      ] as const) {
        const { before, after } = await exchange(app, () => ask(app, path, { email, redirect_url: PAGE }));
        expect([path, before, after.includes('LOADED')]).toEqual([path, ['SELECT'], true]);
        expect((await mailbox.mailTo(app, email)).text).toContain(path);
      }
    } finally {
      subscribers.pop();
    }
  });

  it('learns nothing from a sign-in with a wrong password', async () => {
    const locked = await known();
    await lock(app, locked);
    const emails = [
      await known(),
      freshEmail(),
      locked,
      await known({ confirmedAt: null }),
      await known({ encryptedPassword: null }),
    ];
    const { answer, written } = await compare((email) => signIn(app, { email, password: 'wrong' }), emails);
    expect([answer.status, answer.body.errors]).toEqual([401, ['Invalid login credentials. Please try again.']]);
    // Two counters, and the attempt at the account: what commits nothing is over sooner.
    expect(written).toEqual([3, 3, 3, 3, 3]);
  });

  it('learns nothing from signing in again with a wrong password', async () => {
    for (const email of [await known(), freshEmail()]) {
      const attempt = () => signIn(app, { email, password: 'wrong' });
      await attempt();
      expect((await observe(attempt)).written).toBe(3);
    }
  });

  it('keeps 256 rows at most about addresses that nobody has', async () => {
    const counters = app.dataSource.getRepository(throttleEntityFor(User));
    await counters.clear();
    for (let turn = 0; turn < 15; turn++) {
      const emails = Array.from({ length: 20 }, freshEmail);
      await Promise.all(emails.map((email) => signIn(app, { email, password: 'wrong' })));
    }
    // All others expire.
    const permanent = await counters.findBy({ expiresAt: MoreThan(app.clock.now() * 2) });
    expect(permanent.length).toBeGreaterThan(100);
    expect(permanent.length).toBeLessThanOrEqual(256);
  });

  it('learns nothing from the sign-in that locks an account', async () => {
    const email = await known({ confirmedAt: new Date(1), failedAttempts: 2 });
    const { work } = await compare(
      (address) => signIn(app, { email: address, password: 'wrong' }),
      [email, freshEmail()],
    );
    expect(work).toEqual([true, false]);
  });

  it('learns nothing from the first sign-in after a lock', async () => {
    const email = await known();
    await lock(app, email);
    // The mail about it is counted too: before the hour, or that sweeps the counters once more.
    await app.nest.get(Outbox).settled();
    app.clock.advance('1h');
    // Counters that are too old are removed now and then, for whoever comes first.
    await signIn(app, { email: freshEmail(), password: 'wrong' });
    const attempt = (address: string) => signIn(app, { email: address, password: 'wrong' });
    expect((await compare(attempt, [email, freshEmail()])).written).toEqual([3, 3]);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('learns nothing from a sign-in with the right password to an account that is locked or unconfirmed', async () => {
    const locked = await known();
    await lock(app, locked);
    const emails = [freshEmail(), locked, await known({ confirmedAt: null })];
    const { answer, written } = await compare((email) => signIn(app, { email, password: PASSWORD }), emails);
    expect(answer.status).toBe(401);
    // The right password begins another count of an account that nobody has locked.
    expect(written.slice(0, 2)).toEqual([3, 3]);
  });

  it('learns nothing from a sign-up', async () => {
    const taken = await known();
    const fresh = `f${taken}`;
    const exchanges = [];
    for (const email of [fresh, taken])
      exchanges.push(await exchange(app, () => signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE })));
    const [one, two] = exchanges.map(({ answer: { status, body } }) => {
      const { email: _email, created_at: _created, updated_at: _updated, ...data } = body.data;
      return { status, data };
    });
    expect(one).toEqual(two);
    expect((await mailbox.mailTo(app, taken)).subject).toBe('You already have an account');
    expect((await mailbox.mailTo(app, fresh)).subject).toBe('Confirmation instructions');
  });
});
