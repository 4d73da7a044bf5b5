import { expect, it } from 'vitest';
import { expectAlive, expectEnded, expectAmong, turns, type AccountLab } from '../account-lab.js';
import { PASSWORD, statusesOf } from '../race-client.js';

const NEW = 'another horse';

export function resetRaces(lab: AccountLab): void {
  it.each([2, 8])('of %i uses of one token at once one wins, and ends all others', async (uses) => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account(4);
      const token = await lab.resetToken(email);
      const answers = await Promise.all(turns(uses).map((turn) => lab.reset(token, `new password ${turn}`)));
      expect(statusesOf(answers)).toEqual({ 200: 1, 401: uses - 1 });

      const winner = answers.findIndex(({ status }) => status === 200);
      const { client } = answers[winner]!.auth;
      expect((await lab.rowsOf(email)).map((row) => row.client)).toEqual([client]);
      await expectEnded(lab, ...clients);
      await expectAlive(lab, answers[winner]!.auth);
      const passwords = [PASSWORD, ...turns(uses).map((turn) => `new password ${turn}`)];
      expect(await lab.serving(email, ...passwords)).toEqual([`new password ${winner}`]);
    });
  });

  it('leaves a sign-in with the old password that is under way nothing that lives', async () => {
    await lab.rounds(async () => {
      const { email } = await lab.account();
      const token = await lab.resetToken(email);
      const [reset, ...signIns] = await Promise.all([lab.reset(token, NEW), ...turns(12).map(() => lab.signIn(email))]);
      expect(reset.status).toBe(200);
      expectAmong(signIns, 200, 401);
      await expectAlive(lab, reset.auth);
      await expectEnded(lab, ...signIns.filter(({ status }) => status === 200).map(({ auth }) => auth));
    });
  });

  it('and a password change at once: one of them wins', async () => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account();
      const token = await lab.resetToken(email);
      const [reset, change] = await Promise.all([
        lab.reset(token, NEW),
        lab.changePassword(clients[0]!, 'third horse'),
      ]);
      expect(statusesOf([reset, change])).toEqual({ 200: 1, 401: 1 });
      const [winner, password] = reset.status === 200 ? [reset, NEW] : [change, 'third horse'];
      expect(await lab.serving(email, PASSWORD, NEW, 'third horse')).toEqual([password]);
      await expectAlive(lab, winner.auth.accessToken === '' ? clients[0]! : winner.auth);
    });
  });

  it('and the deletion of the account at once: nothing is left over, and nothing fails', async () => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account();
      const token = await lab.resetToken(email);
      const [reset, deletion] = await Promise.all([lab.reset(token, NEW), lab.call('DELETE', '/auth', {}, clients[0])]);
      expectAmong([reset], 200, 401);
      expectAmong([deletion], 200, 404);
      const isDeleted = deletion.status === 200;
      expect(await lab.cluster.accountsOf(email)).toHaveLength(isDeleted ? 0 : 1);
      expect(await lab.rowsOf(email)).toHaveLength(isDeleted ? 0 : 1);
      // A reset that was carried out before is of no use to a client of an account that is gone.
      const isSignedIn = !isDeleted && reset.status === 200;
      expect(new Set(await lab.statusesOf(reset.auth))).toEqual(new Set([isSignedIn ? 200 : 401]));
    });
  });

  it('and the end of all clients at once: the token serves all the same', async () => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account(2);
      const token = await lab.resetToken(email);
      const [reset, ...ends] = await Promise.all([
        lab.reset(token, NEW),
        ...turns(4).map(() => lab.call('POST', '/revocations', { email })),
      ]);
      expect([reset.status, statusesOf(ends)]).toEqual([200, { 201: 4 }]);
      await expectEnded(lab, ...clients);
      expect(await lab.serving(email, PASSWORD, NEW)).toEqual([NEW]);
    });
  });
}
