import { expect, it } from 'vitest';
import { redirectOf } from '../../support/mailbox.js';
import { expectAlive, turns, type AccountLab } from '../account-lab.js';
import { statusesOf } from '../race-client.js';

export function signUpRaces(lab: AccountLab): void {
  it.each([2, 8])('of %i with one address at once one wins', async (count) => {
    await lab.rounds(async () => {
      const email = lab.freshEmail();
      const answers = await Promise.all(turns(count).map((turn) => lab.signUp(email, `new password ${turn}`)));
      expect(statusesOf(answers)).toEqual({ 200: 1, 422: count - 1 });
      const refused = answers.filter(({ status }) => status === 422);
      expect(refused.map(({ body }) => body.errors.email)).toEqual(Array(count - 1).fill(['has already been taken']));
      await lab.accountOf(email);
      const winner = answers.findIndex(({ status }) => status === 200);
      await expectAlive(lab, answers[winner]!.auth);
      expect(await lab.serving(email, ...turns(count).map((turn) => `new password ${turn}`))).toEqual([
        `new password ${winner}`,
      ]);
    });
  });

  it.each([2, 8])('%i with one address at once look alike where accounts are hidden', async (count) => {
    await lab.rounds(async () => {
      const email = lab.freshEmail();
      const answers = await Promise.all(turns(count).map(() => lab.signUp(email, 'new password', 'strict')));
      expect(statusesOf(answers)).toEqual({ 200: count });
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect((await lab.accountOf(email)).confirmedAt).toBeNull();
      const subjects = (await lab.mailsTo(email)).map(({ subject }) => subject);
      expect(subjects.toSorted()).toEqual([
        'Confirmation instructions',
        ...Array<string>(count - 1).fill('You already have an account'),
      ]);
    });
  });

  it('two changes to one address at once: one wins', async () => {
    await lab.rounds(async () => {
      const accounts = [await lab.account(), await lab.account()];
      const email = lab.freshEmail();
      const answers = await Promise.all(accounts.map(({ clients }) => lab.call('PUT', '/auth', { email }, clients[0])));
      expect(statusesOf(answers)).toEqual({ 200: 1, 422: 1 });
      const loser = accounts[answers.findIndex(({ status }) => status === 422)]!;
      await lab.accountOf(email);
      await lab.accountOf(loser.email);
      for (const { clients } of accounts) await expectAlive(lab, clients[0]!);
    });
  });

  it('a change to an address and a sign-up with it at once: one wins', async () => {
    await lab.rounds(async () => {
      const { email: old, clients } = await lab.account();
      const email = lab.freshEmail();
      const answers = await Promise.all([lab.call('PUT', '/auth', { email }, clients[0]), lab.signUp(email)]);
      expect(statusesOf(answers)).toEqual({ 200: 1, 422: 1 });
      await lab.accountOf(email);
      expect(await lab.cluster.accountsOf(old)).toHaveLength(answers[0].status === 200 ? 0 : 1);
      await expectAlive(lab, clients[0]!);
    });
  });

  it('two accounts that confirm one new address at once: one gets it', async () => {
    await lab.rounds(async () => {
      const accounts = [await lab.account(), await lab.account()];
      const email = lab.freshEmail();
      for (const { clients } of accounts) {
        expect((await lab.call('PUT', '/auth', { email }, clients[0], 'strict')).status).toBe(200);
      }
      const mails = (await lab.mailsTo(email)).map(({ text }) => new URL(/https:\S+/.exec(text)?.[0] ?? ''));
      expect(mails).toHaveLength(2);
      const visits = await Promise.all([...mails, ...mails].map((link) => lab.follow(link)));
      const told = visits.map((visit) => redirectOf(visit).parameters['account_confirmation_success']);
      expect(new Set(told.slice(0, 2))).toEqual(new Set(['true', 'false']));
      expect(told.slice(2)).toEqual(told.slice(0, 2));
      await lab.accountOf(email);
    });
  });
}
