import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { Attempts } from '../support/throttling.js';

const ACCOUNT_LIMIT = 3;
const ADDRESS_LIMIT = 6;
const WINDOW = 15 * 60;

onEveryDatabase('the counters of failed sign-ins', (platform) => {
  let app: TestApp;
  let attempts: Attempts;
  beforeAll(async () => {
    const auth = {
      throttleAccountLimit: ACCOUNT_LIMIT,
      throttleAddressLimit: ADDRESS_LIMIT,
      throttleWindow: '15m',
    } as const;
    app = await TestApp.start(platform, { auth });
    attempts = new Attempts(app);
  });
  afterAll(() => app.close());
  beforeEach(() => attempts.clear());

  describe('of an account', () => {
    it('refuse from the limit on, whatever the address, until the window ends', async () => {
      const account = attempts.freshAccount();
      await attempts.failTimes(ACCOUNT_LIMIT, account);
      expect(await attempts.fail(account)).toBe(WINDOW);
      app.clock.advance('5m');
      expect(await attempts.fail(account)).toBe(10 * 60);
      app.clock.advance(10 * 60_000 - 1);
      expect(await attempts.fail(account)).toBe(1);
      app.clock.advance(1);
      await attempts.failTimes(ACCOUNT_LIMIT, account);
      expect(await attempts.fail(account)).toBe(WINDOW);
    });

    it('begin their window at the first attempt, and no later one makes it longer', async () => {
      const account = attempts.freshAccount();
      await attempts.fail(account);
      app.clock.advance('14m');
      await attempts.failTimes(ACCOUNT_LIMIT - 1, account);
      expect(await attempts.fail(account)).toBe(60);
      app.clock.advance('30s');
      expect(await attempts.fail(account)).toBe(30);
      app.clock.advance('30s');
      await attempts.failTimes(ACCOUNT_LIMIT, account);
    });

    it('tell whole seconds, of which the last has begun', async () => {
      const account = attempts.freshAccount();
      await attempts.failTimes(ACCOUNT_LIMIT, account);
      app.clock.advance(WINDOW * 1000 - 1001);
      expect(await attempts.fail(account)).toBe(2);
    });

    it('start anew with a right password', async () => {
      const account = attempts.freshAccount();
      await attempts.failTimes(ACCOUNT_LIMIT - 1, account);
      expect(await attempts.succeed(account)).toBe(true);
      await attempts.failTimes(ACCOUNT_LIMIT, account);
      expect(await attempts.succeed(account)).toBe(WINDOW);
    });

    it('start anew when the owner has proven to be it', async () => {
      const [account, other] = [attempts.freshAccount(), attempts.freshAccount()];
      await attempts.failTimes(ACCOUNT_LIMIT, account);
      await attempts.failTimes(ACCOUNT_LIMIT, other);
      await attempts.forget(account);
      await attempts.forget(attempts.freshAccount());
      await attempts.forget('');
      await attempts.failTimes(ACCOUNT_LIMIT, account);
      expect([await attempts.fail(account), await attempts.fail(other)]).toEqual([WINDOW, WINDOW]);
    });

    it('are not fooled by the name of another counter', async () => {
      const [address, account] = [attempts.freshAddress(), attempts.freshAccount()];
      await attempts.failTimes(ADDRESS_LIMIT, '', address);
      await attempts.failTimes(ACCOUNT_LIMIT, account);
      for (const name of [address, `address\0${address}`, `account\0${account}`, `${account}\0`, `\0${account}`]) {
        expect([name, await attempts.fail(name)]).toEqual([name, true]);
      }
    });

    it('take any text for an account', async () => {
      for (const account of ['\0', '\ud800', "' OR 1=1 --", 'é@example.com', 'e@example.com'.padStart(100_000, 'x')]) {
        await attempts.failTimes(ACCOUNT_LIMIT, account);
        expect(await attempts.fail(account)).toBe(WINDOW);
      }
      await attempts.failTimes(ACCOUNT_LIMIT, 'e@example.com');
    });
  });

  describe('of an address', () => {
    it('refuse from the limit on, whatever the account, until the window ends', async () => {
      const address = attempts.freshAddress();
      for (let turn = 0; turn < ADDRESS_LIMIT; turn++) {
        expect(await attempts.fail(attempts.freshAccount(), address)).toBe(true);
      }
      expect(await attempts.fail(attempts.freshAccount(), address)).toBe(WINDOW);
      app.clock.advance('15m');
      await attempts.failTimes(ADDRESS_LIMIT, '', address);
      expect(await attempts.fail('', address)).toBe(WINDOW);
    });

    it('count alone where no account was named', async () => {
      await attempts.failTimes(ADDRESS_LIMIT, '', '192.0.2.1');
      expect(await attempts.counts()).toEqual([ADDRESS_LIMIT]);
    });

    it('use up no attempt of an account when they are full', async () => {
      const [account, address] = [attempts.freshAccount(), attempts.freshAddress()];
      await attempts.failTimes(ADDRESS_LIMIT, '', address);
      expect(await attempts.fail(account, address)).toBe(WINDOW);
      await attempts.failTimes(ACCOUNT_LIMIT, account);
    });

    it('do not count what an account refuses', async () => {
      const [account, address] = [attempts.freshAccount(), attempts.freshAddress()];
      await attempts.failTimes(ACCOUNT_LIMIT, account);
      for (let turn = 0; turn < ADDRESS_LIMIT + 1; turn++) expect(await attempts.fail(account, address)).toBe(WINDOW);
      await attempts.failTimes(ADDRESS_LIMIT, '', address);
    });

    it('have one attempt less after a right password, and do not start anew', async () => {
      const address = attempts.freshAddress();
      await attempts.failTimes(ADDRESS_LIMIT - 1, '', address);
      for (let turn = 0; turn < 3; turn++) expect(await attempts.succeed(attempts.freshAccount(), address)).toBe(true);
      await attempts.failTimes(1, '', address);
      expect(await attempts.succeed(attempts.freshAccount(), address)).toBe(WINDOW);
    });

    it('never count below zero', async () => {
      const [account, address] = [attempts.freshAccount(), attempts.freshAddress()];
      const succeeded = await attempts.begin(account, address);
      await Promise.all([succeeded(), succeeded(), succeeded()]);
      expect(await attempts.counts()).toEqual([0]);
      await attempts.failTimes(ADDRESS_LIMIT, '', address);
      expect(await attempts.fail('', address)).toBe(WINDOW);
    });

    it('keep the attempts of another window than the one of a right password', async () => {
      const address = attempts.freshAddress();
      const succeeded = await attempts.begin(attempts.freshAccount(), address);
      app.clock.advance('15m');
      await attempts.failTimes(ADDRESS_LIMIT, '', address);
      await succeeded();
      expect(await attempts.fail('', address)).toBe(WINDOW);
    });
  });

  it.each([
    ['an IPv4 address', '192.0.2.1', '192.0.2.1', true],
    ['a neighbour', '192.0.2.1', '192.0.2.2', false],
    ['an IPv4 address within IPv6', '192.0.2.1', '::ffff:192.0.2.1', true],
    ['another spelling of it', '192.0.2.1', '::FFFF:c000:0201', true],
    ['a long one', '192.0.2.1', '0000:0000:0000:0000:0000:ffff:192.0.2.1', true],
    ['its neighbour', '192.0.2.1', '::ffff:c000:202', false],
    ['an IPv6 address of the same /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
    ['another spelling of the /64', '2001:db8:1:2::1', '2001:0DB8:0001:0002::9', true],
    ['another /64', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['another zone', 'fe80::1%eth0', 'fe80::2%eth1', true],
    ['no address', null, null, true],
    ['an empty one', null, '', true],
    ['a text', null, 'unknown', true],
    ['a list', null, '192.0.2.1, 192.0.2.2', true],
    ['an impossible one', null, '192.0.2.256', true],
    ['a socket', '/tmp/a.sock', '/tmp/b.sock', true],
    ['an address beside none', null, '192.0.2.1', false],
    ['an unspecified one beside none', null, '::', false],
  ])('%s: %s and %s share a counter: %s', async (_, one, other, shared) => {
    await attempts.failTimes(ADDRESS_LIMIT, '', one);
    expect(await attempts.fail('', other)).toBe(shared ? WINDOW : true);
  });
});
