import { expect, it } from 'vitest';
import { expectAmong, MAXIMUM_ATTEMPTS, turns, type AccountLab } from '../account-lab.js';
import { PASSWORD, statusesOf } from '../race-client.js';

const VOLLEY = 100;

export function lockRaces(lab: AccountLab): void {
  it('a hundred wrong passwords at once are counted as a hundred, and lock once', async () => {
    const { email } = await lab.account();
    const answers = await Promise.all(turns(VOLLEY).map((turn) => lab.signIn(email, `wrong ${turn}`, 'strict')));
    expect(statusesOf(answers)).toEqual({ 401: VOLLEY });
    const { failedAttempts, lockedAt } = await lab.accountOf(email);
    expect([failedAttempts, lockedAt]).toEqual([VOLLEY, expect.any(Date)]);
    expect((await lab.mailsTo(email)).map(({ subject }) => subject)).toEqual(['Unlock instructions']);
    expect((await lab.signIn(email, PASSWORD, 'strict')).status).toBe(401);
  });

  it('a hundred wrong passwords at once lock nobody where more are allowed', async () => {
    const { email } = await lab.account();
    const answers = await Promise.all(turns(VOLLEY).map((turn) => lab.signIn(email, `wrong ${turn}`)));
    expect(statusesOf(answers)).toEqual({ 401: VOLLEY });
    const { failedAttempts, lockedAt } = await lab.accountOf(email);
    expect([failedAttempts, lockedAt]).toEqual([VOLLEY, null]);
    expect(await lab.mailsTo(email)).toEqual([]);
    expect((await lab.signIn(email)).status).toBe(200);
    expect((await lab.accountOf(email)).failedAttempts).toBe(0);
  });

  it('a right password among many wrong ones at once counts only before the lock', async () => {
    await lab.rounds(async () => {
      const { email } = await lab.account();
      await lab.cluster.setAccount(email, { confirmedAt: new Date() });
      const passwords = turns(2 * MAXIMUM_ATTEMPTS).map((turn) => (turn % 10 === 9 ? PASSWORD : `wrong ${turn}`));
      const answers = await Promise.all(passwords.map((password) => lab.signIn(email, password, 'strict')));
      expectAmong(answers, 200, 401);
      expect(answers.filter(({ status }, turn) => status === 200 && passwords[turn] !== PASSWORD)).toEqual([]);
      const isLocked = (await lab.accountOf(email)).lockedAt !== null;
      expect((await lab.mailsTo(email)).length).toBe(isLocked ? 1 : 0);
      expect((await lab.signIn(email, PASSWORD, 'strict')).status).toBe(isLocked ? 401 : 200);
    });
  });
}
