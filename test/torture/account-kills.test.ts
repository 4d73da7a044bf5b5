import { entitiesFor, TokenAuthUser } from 'nestjs-token-auth';
import { DeleteDateColumn, Entity } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '../support/accounts.js';
import { User } from '../support/app.js';
import { DATABASES } from '../support/databases.js';
import { PAGE } from '../support/mailbox.js';
import { Account, CHANGES, NEW_PASSWORD, type AccountApp } from './account-of-victims.js';
import { KillLab } from './kill-lab.js';
import { ROUNDS } from './rounds.js';

/** As in victim.mjs. */
@Entity()
class Leaver extends TokenAuthUser {
  @DeleteDateColumn()
  deletedAt!: Date | null;
}

const OPTIONS = {
  lostResponse: 'forgiving',
  throttleSignIn: false,
  maxNumberOfDevices: 1000,
  redirectAllowlist: ['https://app.example.com'],
  defaultPasswordResetUrl: PAGE,
} as const;
const APPS: Record<AccountApp, object> = { lasting: OPTIONS, soft: { ...OPTIONS, isSoft: true } };

/** No change makes as many writes. */
const MOST_WRITES = 40;

describe.each(DATABASES)('one of four processes is killed amid a change of an account (%s)', (kind) => {
  let lab: KillLab<AccountApp>;
  beforeAll(async () => {
    lab = await KillLab.open(kind, [...entitiesFor(User), ...entitiesFor(Leaver)], APPS);
  });
  afterAll(() => lab.close());

  const times = Math.max(1, Math.floor(ROUNDS / 25));

  it.each(CHANGES)(`$name, ${times} times before each of its writes: all of it is done, or nothing`, async (change) => {
    const before = { password: PASSWORD, reset: true, asker: true, other: true };
    for (let round = 0; round < times; round++) {
      const seen: ('before' | 'after')[] = [];
      let account = await Account.create(lab.victims, change.app);
      let survived = false;
      for (let write = 1; !survived && write < MOST_WRITES; write++) {
        survived = await account.strike(change, `before write ${write}`);
        const state = await account.look([PASSWORD, NEW_PASSWORD]);
        const isBefore = state.password === PASSWORD;
        expect(state).toEqual(isBefore ? before : change.after);
        seen.push(isBefore ? 'before' : 'after');
        if (!isBefore) account = await Account.create(lab.victims, change.app);
      }
      expect(survived).toBe(true);
      // The first is before the first write, the last one has survived.
      expect(seen).toEqual([...seen].sort().reverse());
      expect([seen[0], seen.at(-1)]).toEqual(['before', 'after']);
    }
  });
});
