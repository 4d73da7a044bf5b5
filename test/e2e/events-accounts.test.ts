import { TokenService } from 'nestjs-token-auth';
import { expect } from 'vitest';
import { PASSWORD } from '../support/accounts.js';
import { send } from '../support/client.js';
import type { Told } from '../support/event-recorder.js';
import { ADA, GRACE, HERE, SoftUser, testWays, type Stage } from '../support/event-stage.js';
import { ask, resetToken, setPassword, twice } from '../support/links.js';
import { PAGE } from '../support/mailbox.js';
import { update } from '../support/updates.js';

const NEW = 'another horse';
const confirmable = { confirmable: true };
const byLink = { requireClientPasswordResetToken: false };

const changed = (by: string): Told => ['user.password_changed', { user: ADA, by }];
const updated = (...names: string[]): Told => ['user.updated', { user: ADA, client: 'own', changed: names }];
const moved: Told = ['user.email_changed', { user: ADA, from: ADA, to: GRACE }];
const ended = (reason: string, kept: string | null = null): Told => [
  'client.ended',
  { user: ADA, clientIds: null, kept, reason },
];
const signedIn = (method: string): Told => ['user.signed_in', { user: ADA, client: 'new', method, origin: HERE }];
const rotated = (user = ADA): Told => ['token.rotated', { user, client: 'own', origin: HERE }];
const asked: Told = ['user.password_reset_requested', { user: ADA, origin: HERE }];

/** Ada signed in; the work is hers. Her sign-in is told before it. */
const asOwn = (work: (own: Awaited<ReturnType<Stage['client']>>, stage: Stage) => Promise<unknown>) => {
  return async (stage: Stage) => await work(await stage.client('own'), stage);
};
const signIn: Told = ['user.signed_in', { user: ADA, client: 'own', method: 'application', origin: null }];
const other: Told = ['user.signed_in', { user: ADA, client: 'other', method: 'application', origin: null }];
const alone = async ({ app, user }: Stage) => await app.nest.get(TokenService).revokeAll(user);

async function reset(stage: Stage) {
  const reset_password_token = await resetToken(stage.app, stage.mailbox, ADA);
  const answer = await setPassword(stage.app, { reset_password_token, ...twice(NEW) });
  expect(answer.status).toBe(200);
}

testWays('what is told of a confirmation link', {
  'that is followed, twice': {
    auth: confirmable,
    act: async (stage) => [await stage.followLink(), await stage.followLink()],
    events: [['user.email_confirmed', { user: ADA, email: ADA }]],
  },
  'that is asked for': {
    auth: confirmable,
    act: ({ app }) => ask(app, 'confirmation', { email: ADA, redirect_url: PAGE }),
    events: [],
  },
});

testWays('what is told of a change of the account', {
  'of a property': {
    act: asOwn(async (own) => await update(own, { name: 'Ada' })),
    events: [signIn, updated('name'), rotated()],
  },
  'of the address, at once': {
    act: asOwn(async (own) => await update(own, { email: GRACE, name: 'Grace' })),
    events: [signIn, moved, updated('name', 'email'), rotated()],
  },
  'of the address, once it is confirmed': {
    auth: confirmable,
    before: (stage) => stage.confirm(),
    act: asOwn(async (own, stage) => {
      await update(own, { email: GRACE, confirm_success_url: PAGE });
      await stage.followLink(GRACE);
      await stage.followLink(GRACE);
    }),
    events: [signIn, rotated(), ['user.email_confirmed', { user: ADA, email: GRACE }], moved],
  },
  'of the password by PUT /auth': {
    before: alone,
    act: asOwn(async (own) => await update(own, twice(NEW))),
    events: [signIn, changed('client'), rotated()],
  },
  'of the password by PUT /auth/password, with another client': {
    before: alone,
    act: asOwn(async (own, stage) => {
      await stage.client('other');
      await setPassword(stage.app, twice(NEW), own.headers);
    }),
    events: [signIn, other, changed('client'), ended('password_changed', 'own'), rotated()],
  },
  'of everything': {
    before: alone,
    act: asOwn(async (own, stage) => {
      await stage.client('other');
      await update(own, { name: 'Grace', email: GRACE, ...twice(NEW) });
    }),
    events: [
      signIn,
      other,
      moved,
      changed('client'),
      ended('password_changed', 'own'),
      updated('name', 'email'),
      rotated(),
    ],
  },
  'that is not valid': {
    act: asOwn(async (own) => await update(own, { email: 'grace' })),
    events: [signIn, rotated()],
  },
});

testWays('what is told of a reset', {
  'that is asked for': { act: ({ app }) => ask(app, 'password', { email: ADA, redirect_url: PAGE }), events: [asked] },
  'that is asked for nobody': {
    act: ({ app }) => ask(app, 'password', { email: GRACE, redirect_url: PAGE }),
    events: [],
  },
  'that is asked for nobody, who may be told so': {
    auth: { paranoid: false },
    act: ({ app }) => ask(app, 'password', { email: GRACE, redirect_url: PAGE }),
    events: [],
  },
  'by its token': {
    before: alone,
    act: reset,
    events: [asked, changed('reset'), signedIn('password_reset')],
  },
  'by its token, which serves once': {
    act: async (stage) => {
      const reset_password_token = await resetToken(stage.app, stage.mailbox, ADA);
      for (const _ of [1, 2]) await setPassword(stage.app, { reset_password_token, ...twice(NEW) });
    },
    events: [asked, changed('reset'), ended('password_changed'), signedIn('password_reset')],
  },
  'that unlocks and confirms': {
    auth: { ...confirmable, allowUnconfirmedAccessFor: '1 day', lockable: true, maximumAttempts: 2 },
    before: (stage) => stage.lock(),
    act: reset,
    events: [
      asked,
      changed('reset'),
      ['user.unlocked', { user: ADA }],
      ['user.email_confirmed', { user: ADA, email: ADA }],
      ended('password_changed'),
      signedIn('password_reset'),
    ],
  },
  'link that signs in, twice': {
    auth: byLink,
    act: async (stage) => {
      await resetToken(stage.app, stage.mailbox, ADA);
      await stage.followLink();
      await stage.followLink();
    },
    events: [asked, signedIn('reset_link'), signedIn('reset_link')],
  },
  'link that signs in and confirms': {
    auth: { ...byLink, ...confirmable },
    act: async (stage) => {
      await resetToken(stage.app, stage.mailbox, ADA);
      await stage.followLink();
      await stage.followLink();
    },
    events: [
      asked,
      ['user.email_confirmed', { user: ADA, email: ADA }],
      signedIn('reset_link'),
      signedIn('reset_link'),
    ],
  },
});

const deletion = asOwn(async (own) => {
  for (const _ of [1, 2]) await own.go('/auth', { method: 'DELETE' });
});
const deleted: Told[] = [signIn, ['user.deleted', { user: ADA }], ended('account_deleted')];

testWays('what is told of a deletion', {
  'for good': { act: deletion, events: deleted },
  'that is soft': { auth: { userEntity: SoftUser }, act: deletion, events: deleted },
  'without a client': {
    act: ({ app }) => send(`${app.url}/auth`, { method: 'DELETE', headers: { 'access-token': PASSWORD } }),
    events: [],
  },
});
