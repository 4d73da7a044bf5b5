import { throttleEntityFor } from 'nestjs-token-auth';
import { afterEach, afterAll, beforeAll, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryPlatform, TestApp, User } from '../support/app.js';
import { told, type Answer } from '../support/client.js';

const TOO_MANY = { success: false, errors: ['Too many sign in attempts. Please try again later.'] };
const ACCOUNT_LIMIT = 3;
const ADDRESS_LIMIT = 8;

const outcome = (answer: Answer) => [answer.status, told(answer), answer.body, answer.headers.get('retry-after')];

const throttled = (seconds = 900) => [429, 'nothing', TOO_MANY, String(seconds)];

onEveryPlatform('too many sign-ins', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    const limits = { throttleAccountLimit: ACCOUNT_LIMIT, throttleAddressLimit: ADDRESS_LIMIT };
    app = await TestApp.start(platform, { auth: { ...limits, throttleWindow: '15m' } });
  });
  afterAll(() => app.close());
  afterEach(() => app.clock.advance('15m'));

  async function failTimes(count: number, email: unknown = freshEmail()): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
      expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
    }
  }

  it('to an account are answered 429, with the right password too, until the window ends', async () => {
    const { email } = await app.user();
    await failTimes(ACCOUNT_LIMIT, email);
    expect(outcome(await signIn(app, { email, password: 'wrong' }))).toEqual(throttled());
    app.clock.advance('10m');
    expect(outcome(await signIn(app, { email: ` ${email.toUpperCase()}`, password: PASSWORD }))).toEqual(
      throttled(300),
    );
    app.clock.advance('5m');
    await failTimes(1, email);
  });

  it('to an address that nobody has are answered alike', async () => {
    const email = freshEmail();
    await failTimes(ACCOUNT_LIMIT, email);
    expect(outcome(await signIn(app, { email, password: PASSWORD }))).toEqual(throttled());
  });

  it('start anew with a right password', async () => {
    const { email } = await newAccount(app);
    for (let round = 0; round < 3; round++) {
      await failTimes(ACCOUNT_LIMIT - 1, email);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    }
  });

  it('from an address are answered 429, whatever the account', async () => {
    for (const email of [null, ['a'], '']) await failTimes(1, email);
    for (let turn = 3; turn < ADDRESS_LIMIT; turn++) await failTimes(1);
    expect(outcome(await signIn(app, { email: freshEmail(), password: 'wrong' }))).toEqual(throttled());
    expect(outcome(await signIn(app, {}))).toEqual(throttled());
    // Nothing but sign-ins.
    expect((await signUp(app, { email: freshEmail(), password: PASSWORD })).status).toBe(200);
  });

  it('from an address are counted by what the platform says, not by what the request says', async () => {
    const forged = (turn: number) => ({
      'x-forwarded-for': `203.0.113.${turn}`,
      forwarded: `for=203.0.113.${turn}`,
      'x-real-ip': `203.0.113.${turn}`,
      'true-client-ip': `203.0.113.${turn}`,
      'cf-connecting-ip': `203.0.113.${turn}`,
    });
    for (let turn = 0; turn < ADDRESS_LIMIT; turn++) {
      const answer = await signIn(app, { email: freshEmail(), password: 'wrong' }, forged(turn));
      expect(answer.status).toBe(401);
    }
    expect(outcome(await signIn(app, { email: freshEmail(), password: 'wrong' }, forged(99)))).toEqual(throttled());
  });

  it('leave no name of anybody in the table', async () => {
    const email = freshEmail();
    await failTimes(1, email);
    const rows = await app.dataSource.getRepository(throttleEntityFor(User)).find();
    expect(JSON.stringify(rows)).not.toMatch(/user|example|127\.0\.0\.1/);
  });
});

onEveryAdapter('behind a proxy that the platform trusts', (platform) => {
  it('sign-ins are counted by the address that the proxy tells', async () => {
    const app = await TestApp.start(platform, {
      auth: { throttleAddressLimit: 2, throttleWindow: '15m' },
      trustProxy: true,
    });
    try {
      const from = (ip: string) => signIn(app, { email: freshEmail(), password: 'wrong' }, { 'x-forwarded-for': ip });
      for (const ip of ['203.0.113.1', '203.0.113.2', '2001:db8::1']) {
        expect([(await from(ip)).status, (await from(ip)).status]).toEqual([401, 401]);
        expect(outcome(await from(ip))).toEqual(throttled());
      }
      // The same /64.
      expect(outcome(await from('2001:db8::2'))).toEqual(throttled());
      expect((await from('203.0.113.3')).status).toBe(401);
    } finally {
      await app.close();
    }
  });
});

onEveryAdapter('without throttling', (platform) => {
  it('any number of sign-ins may fail, and nothing is written down', async () => {
    const app = await TestApp.start(platform, {
      auth: { throttleSignIn: false, throttleAccountLimit: 1, throttleAddressLimit: 1 },
    });
    try {
      const { email } = await newAccount(app);
      for (let turn = 0; turn < 15; turn++) {
        expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
      }
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      expect(await app.dataSource.getRepository(throttleEntityFor(User)).count()).toBe(0);
    } finally {
      await app.close();
    }
  });
});
