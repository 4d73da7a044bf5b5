import { TokenAuthEvents, TokenService } from 'nestjs-token-auth';
import { expect, it } from 'vitest';
import { onEveryDatabase, TestApp } from '../support/app.js';
import type { Told } from '../support/event-recorder.js';
import { FROM_ELSEWHERE, type Answer } from '../support/client.js';
import { ADA, HERE, testWays, type Stage } from '../support/event-stage.js';

const signedIn = (client: string, origin: string | null = null): Told => [
  'user.signed_in',
  { user: ADA, client, method: 'application', origin },
];
const rotated: Told = ['token.rotated', { user: ADA, client: 'own', origin: HERE }];
const ended = (clientIds: string[] | null, reason: string, kept: string | null = null): Told => [
  'client.ended',
  { user: ADA, clientIds, kept, reason },
];
const reused = (revoked: boolean, origin: string): Told => [
  'token.reused',
  { user: ADA, client: 'own', origin, revoked },
];
const ELSEWHERE = FROM_ELSEWHERE.headers['user-agent'];
const service = ({ app }: Stage) => app.nest.get(TokenService);
const idOf = async ({ app }: Stage, client: Awaited<ReturnType<Stage['client']>>) =>
  (await app.rowOf(client))?.id ?? '';

/** A client that has rotated, and the token that has been replaced, after its time. */
async function worn(stage: Stage) {
  const own = await stage.client('own');
  const old = own.token;
  await own.go('/members');
  stage.app.clock.advance('10s');
  return { own, old };
}

async function expectStatus(answer: Promise<Answer>, status: number): Promise<void> {
  expect((await answer).status).toBe(status);
}

testWays('what is told of a rotation', {
  'in a batch of several requests': {
    act: async (stage) => {
      const own = await stage.client('own');
      await Promise.all([1, 2, 3, 4, 5].map(() => own.peek('/members')));
    },
    events: [signedIn('own'), rotated],
  },
  'that is asked for inside of a batch': {
    act: async (stage) => {
      const own = await stage.client('own');
      await own.go('/members');
      await own.go('/members?unbatch=1');
    },
    events: [signedIn('own'), rotated, rotated],
  },
  'where there are none': {
    auth: { changeHeadersOnEachRequest: false },
    act: async (stage) => await (await stage.client('own')).go('/members'),
    events: [signedIn('own')],
  },
  'whose answer got lost, when the old token is shown again': {
    auth: { lostResponse: 'forgiving' },
    act: async (stage) => {
      const { own, old } = await worn(stage);
      await expectStatus(own.show(old, '/members'), 200);
    },
    events: [signedIn('own'), rotated],
  },
});

testWays('what is told of a token that is shown after its time', {
  'by the same device': {
    act: async (stage) => {
      const { own, old } = await worn(stage);
      await expectStatus(own.show(old, '/members'), 401);
    },
    events: [signedIn('own'), rotated, reused(false, HERE)],
  },
  'by somebody else, twice': {
    act: async (stage) => {
      const { own, old } = await worn(stage);
      for (const _ of [1, 2]) await expectStatus(own.show(old, '/members', FROM_ELSEWHERE), 401);
    },
    events: [signedIn('own'), rotated, reused(true, ELSEWHERE), ended(['own'], 'token_reused')],
  },
  'where it is only refused': {
    auth: { onTokenReuse: 'reject' },
    act: async (stage) => {
      const { own, old } = await worn(stage);
      await own.show(old, '/members', FROM_ELSEWHERE);
    },
    events: [signedIn('own'), rotated, reused(false, ELSEWHERE)],
  },
});

testWays('what is told of a program that', {
  'signs a client in': {
    act: (stage) => service(stage).issue(stage.user, { origin: { ip: '192.0.2.1', userAgent: null } }),
    events: [signedIn('new', '192.0.2.1')],
  },
  'ends one client, twice': {
    act: async (stage) => {
      const id = await idOf(stage, await stage.client('own'));
      for (const _ of [1, 2]) await service(stage).revoke(stage.user, id);
    },
    events: [signedIn('own'), ended(['own'], 'revoked')],
  },
  'ends all but one, twice': {
    act: async (stage) => {
      const id = await idOf(stage, await stage.client('own'));
      for (const _ of [1, 2]) await service(stage).revokeOthers(stage.user, id);
    },
    events: [signedIn('own'), ended(null, 'revoked', 'own')],
  },
  'ends all, twice': {
    act: async (stage) => {
      for (const _ of [1, 2]) await service(stage).revokeAll(stage.user);
    },
    events: [ended(null, 'revoked')],
  },
  'signs in more clients than there may be': {
    auth: { maxNumberOfDevices: 2 },
    before: (stage) => service(stage).revokeAll(stage.user),
    act: async (stage) => {
      for (const name of ['first', 'second', 'third']) await stage.client(name);
    },
    events: [signedIn('first'), signedIn('second'), ended(['first'], 'evicted'), signedIn('third')],
  },
  'signs in the last of more clients than there may be from now on': {
    auth: { maxNumberOfDevices: ({ name }) => (name === '' ? 10 : 1) },
    before: (stage) => service(stage).revokeAll(stage.user),
    act: async (stage) => {
      for (const name of ['first', 'second']) await stage.client(name);
      stage.user.name = 'Ada';
      await stage.client('third');
    },
    events: [signedIn('first'), signedIn('second'), ended(['first', 'second'], 'evicted'), signedIn('third')],
  },
});

onEveryDatabase('sign-ins at once', (platform) => {
  it('tell once of each client that they end', async () => {
    const app = await TestApp.start(platform, { auth: { maxNumberOfDevices: 1 } });
    try {
      const ended: string[] = [];
      app.nest.get(TokenAuthEvents).on('client.ended', ({ clientIds }) => ended.push(...(clientIds ?? [])));
      const user = await app.user();
      const tokens = app.nest.get(TokenService);
      await Promise.all(Array.from({ length: 8 }, () => tokens.issue(user)));
      expect(ended).toHaveLength(8 - (await app.rows()).length);
      expect(new Set(ended).size).toBe(ended.length);
    } finally {
      await app.close();
    }
  });
});
