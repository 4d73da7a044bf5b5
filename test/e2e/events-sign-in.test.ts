import { ForbiddenException, Injectable } from '@nestjs/common';
import { TokenAuthHooks } from 'nestjs-token-auth';
import { PASSWORD, signUp } from '../support/accounts.js';
import { send } from '../support/client.js';
import type { Told } from '../support/event-recorder.js';
import { ADA, GRACE, HERE, testWays, type Stage } from '../support/event-stage.js';
import { PAGE } from '../support/mailbox.js';
import { ask } from '../support/links.js';

@Injectable()
class Refusing extends TokenAuthHooks {
  override beforeSignIn(): void {
    throw new ForbiddenException();
  }
}

const signedUp: Told = ['user.signed_up', { user: GRACE, method: 'password', provider: 'email', origin: HERE }];
const signedIn = (user: string, method: string): Told => [
  'user.signed_in',
  { user, client: 'new', method, origin: HERE },
];
const failed = (reason: string, user: string | null = ADA, email: string | null = ADA): Told => [
  'user.sign_in_failed',
  { user, email, reason, origin: HERE },
];
const join = async ({ app }: Stage, email = GRACE) =>
  await signUp(app, { email, password: PASSWORD, confirm_success_url: PAGE });
const confirmable = { confirmable: true };
const lockable = { lockable: true, maximumAttempts: 2 };
const byTime = { ...lockable, unlockStrategy: 'time', unlockIn: '1h' } as const;

testWays('what is told of a sign-up', {
  'without confirmation': { act: (stage) => join(stage), events: [signedUp, signedIn(GRACE, 'sign_up')] },
  'with confirmation': { auth: confirmable, act: (stage) => join(stage), events: [signedUp] },
  'with time to confirm': {
    auth: { ...confirmable, allowUnconfirmedAccessFor: '1 day' },
    act: (stage) => join(stage),
    events: [signedUp, signedIn(GRACE, 'sign_up')],
  },
  'with a taken address': { act: (stage) => join(stage, ADA), events: [] },
  'with a taken address that nobody may learn of': { auth: confirmable, act: (stage) => join(stage, ADA), events: [] },
  'that is not valid': { act: (stage) => join(stage, 'grace'), events: [] },
});

testWays('what is told of a sign-in', {
  'with the right password': { act: (stage) => stage.signIn(), events: [signedIn(ADA, 'password')] },
  'as nobody': {
    act: (stage) => stage.signIn(PASSWORD, ' Nobody@example.com'),
    events: [failed('unknown_account', null, 'nobody@example.com')],
  },
  'without an address': { act: (stage) => stage.signIn(PASSWORD, ''), events: [failed('unknown_account', null, null)] },
  'with a wrong password': { act: (stage) => stage.signIn('wrong'), events: [failed('wrong_password')] },
  'before the address is confirmed': {
    auth: confirmable,
    act: (stage) => stage.signIn(),
    events: [failed('unconfirmed')],
  },
  'after too many attempts': {
    auth: { throttleAddressLimit: 1 },
    before: (stage) => stage.signIn('wrong'),
    act: (stage) => stage.signIn(),
    events: [failed('throttled', null)],
  },
  'that a hook refuses': { auth: { hooks: Refusing }, act: (stage) => stage.signIn(), events: [failed('hook')] },
  'that a hook refuses for the last time': {
    auth: { ...lockable, hooks: Refusing },
    before: (stage) => stage.signIn('wrong'),
    act: (stage) => stage.signIn(),
    events: [failed('hook'), ['user.locked', { user: ADA, origin: HERE }]],
  },
  'that locks': {
    auth: lockable,
    before: (stage) => stage.signIn('wrong'),
    act: (stage) => stage.signIn('wrong'),
    events: [failed('wrong_password'), ['user.locked', { user: ADA, origin: HERE }]],
  },
  'to a locked account': {
    auth: lockable,
    before: (stage) => stage.lock(),
    act: async (stage) => [await stage.signIn(), await stage.signIn('wrong')],
    events: [failed('locked'), failed('locked')],
  },
  'when the lock is over': {
    auth: byTime,
    before: (stage) => stage.lock(),
    act: async (stage) => {
      stage.app.clock.advance('1h');
      await stage.signIn();
    },
    events: [signedIn(ADA, 'password')],
  },
});

testWays('what is told of an unlock link', {
  'that is followed': {
    auth: lockable,
    before: (stage) => stage.lock(),
    act: (stage) => stage.followLink(),
    events: [['user.unlocked', { user: ADA }]],
  },
  'that is followed twice': {
    auth: lockable,
    before: (stage) => stage.lock(),
    act: async (stage) => [await stage.followLink(), await stage.followLink()],
    events: [['user.unlocked', { user: ADA }]],
  },
  'that is asked for': {
    auth: lockable,
    before: (stage) => stage.lock(),
    act: ({ app }) => ask(app, 'unlock', { email: ADA }),
    events: [],
  },
});

testWays('what is told of a sign-out', {
  'with the newest token': {
    act: async (stage) => await (await stage.client('own')).go('/auth/sign_out', { method: 'DELETE' }),
    events: [
      ['user.signed_in', { user: ADA, client: 'own', method: 'application', origin: null }],
      ['user.signed_out', { user: ADA, client: 'own' }],
    ],
  },
  'with an old token, twice': {
    act: async (stage) => {
      const own = await stage.client('own');
      const old = own.token;
      for (const _ of [1, 2]) {
        await own.go('/members');
        stage.app.clock.advance('10s');
      }
      for (const _ of [1, 2]) await own.show(old, '/auth/sign_out', { method: 'DELETE' });
    },
    events: [
      ['user.signed_in', { user: ADA, client: 'own', method: 'application', origin: null }],
      ['token.rotated', { user: ADA, client: 'own', origin: HERE }],
      ['token.rotated', { user: ADA, client: 'own', origin: HERE }],
      ['user.signed_out', { user: ADA, client: 'own' }],
    ],
  },
  'without a client': {
    act: ({ app }) => send(`${app.url}/auth/sign_out`, { method: 'DELETE' }),
    events: [],
  },
});
