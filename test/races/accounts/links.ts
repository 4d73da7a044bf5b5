import { expect, it } from 'vitest';
import { redirectOf } from '../../support/mailbox.js';
import { MAXIMUM_ATTEMPTS, turns, type AccountLab } from '../account-lab.js';
import { PASSWORD, statusesOf } from '../race-client.js';

export function linkRaces(lab: AccountLab): void {
  it('a confirmation link that many follow at once confirms, and tells all of them so', async () => {
    await lab.rounds(async () => {
      const email = lab.freshEmail();
      expect((await lab.signUp(email, PASSWORD, 'strict')).status).toBe(200);
      const link = await lab.linkTo(email);
      const visits = await Promise.all(turns(12).map(() => lab.follow(link)));
      expect(statusesOf(visits)).toEqual({ 302: 12 });
      const told = visits.map((visit) => redirectOf(visit).parameters['account_confirmation_success']);
      expect(told).toEqual(Array(12).fill('true'));
      expect((await lab.accountOf(email)).confirmedAt).not.toBeNull();
      expect((await lab.signIn(email, PASSWORD, 'strict')).status).toBe(200);
    });
  });

  it('an unlock link that is followed amid wrong passwords unlocks, and counts those anew', async () => {
    await lab.rounds(async () => {
      const { email } = await lab.account();
      await lab.cluster.setAccount(email, { confirmedAt: new Date() });
      for (const turn of turns(MAXIMUM_ATTEMPTS)) await lab.signIn(email, `wrong ${turn}`, 'strict');
      expect((await lab.accountOf(email)).lockedAt).not.toBeNull();
      const link = await lab.linkTo(email);
      const [visits, wrong] = await Promise.all([
        Promise.all(turns(4).map(() => lab.follow(link))),
        Promise.all(turns(8).map((turn) => lab.signIn(email, `wrong ${turn}`, 'strict'))),
      ]);
      expect([statusesOf(visits), statusesOf(wrong)]).toEqual([{ 200: 4 }, { 401: 8 }]);
      const { lockedAt, failedAttempts } = await lab.accountOf(email);
      expect([lockedAt, failedAttempts]).toEqual([null, expect.toSatisfy((count: number) => count <= 8)]);
      expect((await lab.signIn(email, PASSWORD, 'strict')).status).toBe(200);
    });
  });
}
