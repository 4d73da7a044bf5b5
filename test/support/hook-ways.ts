import { PASSWORD, signUp } from './accounts.js';
import { sendJson, type Answer, type ProtocolClient } from './client.js';
import { ADA, GRACE, Stage } from './event-stage.js';
import { setPassword, twice } from './links.js';
import { follow, PAGE } from './mailbox.js';
import { asJson } from './updates.js';

/** What a request in a table of hooks may need. */
export interface HookStage {
  readonly stage: Stage;
  /** Ada's client, in whose batch nothing rotates. */
  readonly own: ProtocolClient;
  /** The reset link of a mail to Ada. */
  readonly link: URL;
}

const NEW = 'another horse';

/** Something that asks hooks: in which order, and with which fields beside the user and the request. */
export interface HookWay {
  readonly asks: readonly [string, object][];
  readonly act: (stage: HookStage) => Promise<Answer>;
}

/** Everything that asks hooks. */
export const HOOK_WAYS: Record<string, HookWay> = {
  'a sign-up': {
    asks: [['beforeSignUp', { method: 'password', provider: 'email' }]],
    act: ({ stage }) => signUp(stage.app, { email: GRACE, password: PASSWORD, confirm_success_url: PAGE }),
  },
  'a sign-in': {
    asks: [['beforeSignIn', { method: 'password' }]],
    act: ({ stage }) => stage.signIn(),
  },
  'a sign-in by the application': {
    asks: [['beforeSignIn', { method: 'application' }]],
    act: ({ stage }) => sendJson(`${stage.app.url}/open`, 'POST', { email: ADA }),
  },
  'a reset link that signs in': {
    asks: [['beforeSignIn', { method: 'reset_link' }]],
    act: ({ stage, link }) => follow(stage.app, link),
  },
  'a reset': {
    asks: [
      ['beforePasswordChange', { by: 'reset' }],
      ['beforeSignIn', { method: 'password_reset' }],
    ],
    act: ({ stage, link }) => {
      const reset_password_token = link.searchParams.get('reset_password_token');
      return setPassword(stage.app, { reset_password_token, ...twice(NEW) });
    },
  },
  'a change of a property': {
    asks: [['beforeUpdate', { values: { name: 'Ada' } }]],
    act: ({ own }) => own.peek('/auth', asJson('PUT', { name: 'Ada' })),
  },
  'a change of the address': {
    asks: [['beforeUpdate', { values: { email: GRACE } }]],
    act: ({ own }) => own.peek('/auth', asJson('PUT', { email: GRACE, confirm_success_url: PAGE })),
  },
  'a change of the password': {
    asks: [['beforePasswordChange', { by: 'client' }]],
    act: ({ own }) => own.peek('/auth/password', asJson('PUT', twice(NEW))),
  },
  'a change of everything': {
    asks: [
      ['beforeUpdate', { values: { name: 'Grace', email: GRACE } }],
      ['beforePasswordChange', { by: 'client' }],
    ],
    act: ({ own }) =>
      own.peek('/auth', asJson('PUT', { name: 'Grace', email: GRACE, confirm_success_url: PAGE, ...twice(NEW) })),
  },
  'a deletion': {
    asks: [['beforeDeletion', {}]],
    act: ({ own }) => own.peek('/auth', { method: 'DELETE' }),
  },
};
