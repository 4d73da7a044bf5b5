import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsOf, newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryDatabase, onEveryPlatform } from '../support/app.js';
import { send, told } from '../support/client.js';
import { Locking, MOST } from '../support/locking.js';
import { follow } from '../support/mailbox.js';
import { SlowHasher } from '../support/slow-hasher.js';

const BAD = 'Invalid login credentials. Please try again.';
const LOCKED = 'Your account has been locked due to an excessive number of unsuccessful sign in attempts.';

const refusal = (text: string) => [401, 'nothing', { success: false, errors: [text] }];

describe.each([true, false])('with paranoid: %s,', (paranoid) => {
  onEveryPlatform('an account with too many wrong passwords in a row', (platform) => {
    let locking: Locking;
    beforeAll(async () => {
      locking = await Locking.start(platform, { paranoid });
    });
    afterAll(() => locking.close());

    const lockedText = paranoid ? BAD : LOCKED;

    it('is locked by the last of them, and then answers right and wrong ones alike', async () => {
      const { email } = await newAccount(locking.app);
      for (let turn = 1; turn <= MOST; turn++) {
        expect((await locking.state(email)).lockedAt).toBeNull();
        expect(await locking.attempt(email, 'wrong')).toEqual(refusal(BAD));
      }
      expect(await locking.state(email)).toEqual({
        failedAttempts: MOST,
        lockedAt: new Date(locking.app.clock.now()),
      });
      for (const password of [PASSWORD, 'wrong', PASSWORD]) {
        expect(await locking.attempt(email, password)).toEqual(refusal(lockedText));
      }
    });

    it('counts on exactly while it is locked, and stays locked from when it was', async () => {
      const email = await locking.locked();
      const { lockedAt } = await locking.state(email);
      locking.app.clock.advance('5m');
      await locking.failTimes(4, email);
      expect(await locking.statusOf(email)).toBe(401);
      expect(await locking.state(email)).toEqual({ failedAttempts: MOST + 5, lockedAt });
    });

    it('leaves everybody signed in who is', async () => {
      const { email, answer } = await newAccount(locking.app);
      await locking.failTimes(MOST, email);
      const headers = credentialsOf(answer);
      expect((await send(`${locking.app.url}/members`, { headers })).status).toBe(200);
    });

    it('is unlocked by time', async () => {
      const email = await locking.locked();
      locking.app.clock.advance(3_600_000 - 1);
      expect(await locking.attempt(email, PASSWORD)).toEqual(refusal(lockedText));
      locking.app.clock.advance(1);
      expect(await locking.statusOf(email)).toBe(200);
      expect(await locking.state(email)).toEqual({ failedAttempts: 0, lockedAt: null });
    });

    it('starts counting anew when it has been unlocked by time', async () => {
      const email = await locking.locked();
      locking.app.clock.advance('1h');
      await locking.failTimes(MOST - 1, email);
      expect((await locking.state(email)).failedAttempts).toBe(MOST - 1);
      expect(await locking.statusOf(email)).toBe(200);
      await locking.failTimes(MOST, email);
      expect(await locking.attempt(email, PASSWORD)).toEqual(refusal(lockedText));
    });

    it('is unlocked by the link of a mail', async () => {
      const email = await locking.locked();
      const link = await locking.mailbox.linkTo(locking.app, email);
      expect([...link.searchParams.keys()]).toEqual(['config', 'unlock_token']);
      const answer = await follow(locking.app, link);
      expect([answer.status, told(answer)]).toEqual([200, 'nothing']);
      expect(await locking.state(email)).toEqual({ failedAttempts: 0, lockedAt: null });
      expect(await locking.statusOf(email)).toBe(200);
    });

    it('gets one mail for each lock, however often it is tried', async () => {
      const email = await locking.locked();
      expect(await locking.unlockMails(email)).toBe(1);
      await locking.failTimes(5, email);
      expect(await locking.unlockMails(email)).toBe(1);
      locking.app.clock.advance('1h');
      await locking.failTimes(MOST + 2, email);
      expect(await locking.unlockMails(email)).toBe(2);
    });

    it('is not locked when one of them was right', async () => {
      const { email } = await newAccount(locking.app);
      for (let round = 0; round < 3; round++) {
        await locking.failTimes(MOST - 1, email);
        expect(await locking.statusOf(email)).toBe(200);
        expect(await locking.state(email)).toEqual({ failedAttempts: 0, lockedAt: null });
      }
      expect(await locking.unlockMails(email)).toBe(0);
    });

    it('is not signed in to by a right password that is checked while it is locked', async () => {
      const { email } = await newAccount(locking.app);
      const latch = SlowHasher.holdNext(locking.app, PASSWORD);
      const late = locking.attempt(email, PASSWORD);
      await latch.reached;
      await locking.failTimes(MOST, email);
      expect((await locking.state(email)).lockedAt).not.toBeNull();
      latch.release();
      expect(await late).toEqual(refusal(lockedText));
    });

    it('is found by no address that nobody has', async () => {
      for (let turn = 0; turn < MOST + 2; turn++) {
        expect(await locking.attempt('nobody@example.com', 'wrong')).toEqual(refusal(BAD));
      }
      expect(await locking.mailbox.mailsTo(locking.app, 'nobody@example.com')).toEqual([]);
    });
  });
});

onEveryDatabase('what unlocks an account', (platform) => {
  it('can be the mail alone', async () => {
    const locking = await Locking.start(platform, { unlockStrategy: 'email' });
    try {
      const email = await locking.locked();
      locking.app.clock.advance('3 years');
      expect(await locking.statusOf(email)).toBe(401);
      const other = await locking.locked();
      await follow(locking.app, await locking.mailbox.linkTo(locking.app, other));
      expect(await locking.statusOf(other)).toBe(200);
    } finally {
      await locking.close();
    }
  });

  it('can be time alone', async () => {
    const locking = await Locking.start(platform, { unlockStrategy: 'time', unlockIn: '10m' });
    try {
      const email = await locking.locked();
      expect(await locking.unlockMails(email)).toBe(0);
      expect((await send(`${locking.app.url}/auth/unlock`)).status).toBe(404);
      locking.app.clock.advance('10m');
      expect(await locking.statusOf(email)).toBe(200);
    } finally {
      await locking.close();
    }
  });
});

onEveryDatabase('many wrong passwords at once', (platform) => {
  it('are counted one by one, and lock once', async () => {
    const locking = await Locking.start(platform, { maximumAttempts: 10 });
    try {
      const { email } = await newAccount(locking.app);
      const attempts = Array.from({ length: 30 }, () => locking.statusOf(email, 'wrong'));
      expect(new Set(await Promise.all(attempts))).toEqual(new Set([401]));
      const { failedAttempts, lockedAt } = await locking.state(email);
      expect([failedAttempts, lockedAt]).toEqual([30, expect.any(Date)]);
      expect(await locking.unlockMails(email)).toBe(1);
    } finally {
      await locking.close();
    }
  });

  it('get no more guesses than that', async () => {
    const locking = await Locking.start(platform, { maximumAttempts: 5 });
    try {
      const { email } = await newAccount(locking.app);
      const held = Array.from({ length: 5 }, (_, turn) => SlowHasher.holdNext(locking.app, `guess ${turn}`));
      const guesses = held.map((_, turn) => locking.statusOf(email, `guess ${turn}`));
      await Promise.all(held.map(({ reached }) => reached));
      // All guesses are taken, although none has been found wrong yet.
      expect(await locking.statusOf(email)).toBe(401);
      for (const latch of held) latch.release();
      expect(await Promise.all(guesses)).toEqual([401, 401, 401, 401, 401]);
      expect((await locking.state(email)).lockedAt).not.toBeNull();
    } finally {
      await locking.close();
    }
  });
});

onEveryDatabase('without locking', (platform) => {
  it('nothing is counted', async () => {
    const locking = await Locking.start(platform, { lockable: false });
    try {
      const { email } = await newAccount(locking.app);
      await locking.failTimes(MOST * 2, email);
      expect(await locking.state(email)).toEqual({ failedAttempts: 0, lockedAt: null });
      expect(await locking.statusOf(email)).toBe(200);
    } finally {
      await locking.close();
    }
  });
});
