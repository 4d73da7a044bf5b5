import { expect, it } from 'vitest';
import type { Answer, AuthHeaderValues } from '../../support/client.js';
import { expectAlive, expectEnded, expectAmong, turns, type AccountLab } from '../account-lab.js';
import { PASSWORD, RaceClient, statusesOf, times, tokensOf, type Meeting } from '../race-client.js';

const NEW = 'another horse';
/** Longer than the buffer. */
const LATER = 6000;

export function passwordChangeRaces(lab: AccountLab): void {
  it.each<Meeting>(['free', 'held'])("never refuse the caller's own requests (%s)", async (meeting) => {
    await lab.rounds(async () => {
      const { clients } = await lab.account();
      await lab.cluster.advance(LATER);
      const client = RaceClient.of(lab.cluster, 'open', clients[0]!);
      const changes: Promise<Answer>[] = [];
      const change = async () => void changes.push(lab.changePassword(clients[0]!, NEW));
      const before = client.volley(times(12, client.token), meeting, async () => {
        await change();
        await changes[0];
      });
      if (meeting === 'free') await change();
      const amid = client.volley(times(12, client.token));
      const volleys = [await before, await amid];
      const answers = [...volleys.flat(), ...(await Promise.all(changes))];
      expect(statusesOf(answers)).toEqual({ 200: 25 });
      const [successor = '', ...others] = tokensOf(answers);
      expect(others).toEqual([]);
      for (const accessToken of [client.token, successor]) await expectAlive(lab, { ...clients[0]!, accessToken });
      // And the batch after it.
      await lab.cluster.advance(LATER);
      const later = await client.volley(times(8, successor));
      expect([statusesOf(later), tokensOf(later)]).toEqual([{ 200: 8 }, [expect.any(String)]]);
    });
  });

  it('end all other clients on every process from the moment of the answer', async () => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account(4);
      const [caller, ...others] = clients as [AuthHeaderValues, ...AuthHeaderValues[]];
      const amid = others.map((auth) => lab.statusesOf(auth));
      const change = await lab.changePassword(caller, NEW);
      await expectEnded(lab, ...others);
      expect(change.status).toBe(200);
      expect((await Promise.all(amid)).flat().filter((status) => status !== 200 && status !== 401)).toEqual([]);
      await expectAlive(lab, caller);
      expect((await lab.rowsOf(email)).map(({ client }) => client)).toEqual([caller.client]);
      expect(await lab.serving(email, PASSWORD, NEW)).toEqual([NEW]);
    });
  });

  it('leave a sign-in with the old password that is under way nothing that lives, and keep the caller', async () => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account();
      const [change, ...signIns] = await Promise.all([
        lab.changePassword(clients[0]!, NEW),
        // One less than devices: none of them pushes the caller out before.
        ...turns(9).map(() => lab.signIn(email)),
      ]);
      expectAmong(signIns, 200, 401);
      expect(change.status).toBe(200);
      await expectAlive(lab, clients[0]!);
      await expectEnded(lab, ...signIns.filter(({ status }) => status === 200).map(({ auth }) => auth));
    });
  });

  it('by two clients at once: one wins, and ends the other', async () => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account(2);
      const answers = await Promise.all(clients.map((auth, turn) => lab.changePassword(auth, `new password ${turn}`)));
      expect(statusesOf(answers)).toEqual({ 200: 1, 401: 1 });
      const winner = answers.findIndex(({ status }) => status === 200);
      await expectAlive(lab, clients[winner]!);
      await expectEnded(lab, clients[1 - winner]!);
      const passwords = [PASSWORD, 'new password 0', 'new password 1'];
      expect(await lab.serving(email, ...passwords)).toEqual([`new password ${winner}`]);
    });
  });

  it('by one client at once: one password serves in the end, and the client lives', async () => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account();
      const answers = await Promise.all(
        turns(4).map((turn) => lab.changePassword(clients[0]!, `new password ${turn}`)),
      );
      expectAmong(answers, 200, 409);
      const serving = await lab.serving(email, PASSWORD, ...turns(4).map((turn) => `new password ${turn}`));
      const winners = turns(4).filter((turn) => answers[turn]!.status === 200);
      expect(winners.map((turn) => `new password ${turn}`)).toEqual(expect.arrayContaining(serving));
      expect(serving).toHaveLength(1);
      await expectAlive(lab, clients[0]!);
    });
  });

  it.each<[string, (email: string, auth: AuthHeaderValues) => Promise<Answer>]>([
    ['its own sign-out', (_, auth) => lab.call('DELETE', '/auth/sign_out', {}, auth)],
    ['the end of all clients', (email) => lab.call('POST', '/revocations', { email })],
  ])('and %s at once: the client ends, and the password is as it was answered', async (_, end) => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account();
      const [change, ended] = await Promise.all([lab.changePassword(clients[0]!, NEW), end(email, clients[0]!)]);
      expectAmong([change], 200, 401);
      expectAmong([ended], 200, 201);
      await expectEnded(lab, clients[0]!);
      expect(await lab.rowsOf(email)).toEqual([]);
      expect(await lab.serving(email, PASSWORD, NEW)).toEqual([change.status === 200 ? NEW : PASSWORD]);
    });
  });

  it('and the deletion of the account by another client at once: nothing is left over, and nothing fails', async () => {
    await lab.rounds(async () => {
      const { email, clients } = await lab.account(2);
      const [change, deletion] = await Promise.all([
        lab.changePassword(clients[0]!, NEW),
        lab.call('DELETE', '/auth', {}, clients[1]),
      ]);
      expectAmong([change], 200, 401);
      expectAmong([deletion], 200, 404);
      const isDeleted = deletion.status === 200;
      expect(await lab.cluster.accountsOf(email)).toHaveLength(isDeleted ? 0 : 1);
      expect(await lab.rowsOf(email)).toHaveLength(isDeleted ? 0 : 1);
      if (isDeleted) await expectEnded(lab, ...clients);
      else await expectAlive(lab, clients[0]!);
    });
  });
}
