import { CONFIG_NAME, EXAMPLE, EXAMPLE_URL } from './body-parts.js';
import { EMAIL, TEXT, URI, type Schema } from './document.js';
import type { DescribedRealm } from './described-realm.js';
import { failure, invalid, type Answer, type DescribeEndpoint, type Endpoint } from './endpoint.js';
import { object, only } from './schemas.js';

const PASSWORD: Schema = { type: 'string', format: 'password' };

const NEW_PASSWORD = { password: 'another battery', password_confirmation: 'another battery' };

const TOO_MANY = failure('Too many wrong passwords have been tried.', { retryAfter: true });
const CURRENT_PASSWORD = { current_password: { ...PASSWORD, description: 'The password as it is now.' } as Schema };

/** Sign-up, sign-in and what people do with their accounts, by method and path below the realm's own. */
export const ACCOUNT_ENDPOINTS: Record<string, DescribeEndpoint> = {
  'post ': signUp,
  'put ': (realm) => updateAccount(realm, 'updateAccount'),
  'patch ': (realm) => updateAccount(realm, 'patchAccount'),
  'delete ': ({ hasHooks }) => ({
    id: 'deleteAccount',
    summary: 'Delete the account',
    description: 'Deletes the account of the client that asks, and ends all of its clients.',
    client: 'needed',
    answers: {
      200: { description: 'It is deleted.', schema: object({ status: only('success'), message: TEXT }) },
      404: failure('Nobody is signed in.'),
      409: failure('Other records refer to the account.', { hasToken: true }),
      ...vetoed(hasHooks, true),
    },
  }),
  'get sign_in': () => ({
    id: 'signInByGet',
    summary: 'Not supported',
    description: 'Only tells that signing in takes a POST.',
    answers: { 405: failure('Use POST.') },
  }),
  'post sign_in': (realm) => ({
    id: 'signIn',
    summary: 'Sign in',
    description: 'Signs a client in by e-mail address and password.',
    body: { properties: { email: EMAIL, password: PASSWORD }, required: ['email', 'password'], example: EXAMPLE },
    answers: {
      200: { description: 'The client is signed in.', schema: object({ data: realm.brief }), hasToken: true },
      401: failure('Address and password do not fit, or the account may not be signed in to.'),
      429: TOO_MANY,
      ...vetoed(realm.hasHooks, false),
    },
  }),
  'delete sign_out': () => ({
    id: 'signOut',
    summary: 'Sign out',
    description: 'Ends the client that asks. Any token that it was ever given will do.',
    client: 'needed',
    answers: {
      200: { description: 'The client has ended.', schema: object({ success: only(true) }) },
      404: failure('Nobody is signed in.'),
    },
  }),
  'get validate_token': (realm) => ({
    id: 'validateToken',
    summary: 'Tell who is signed in',
    client: 'needed',
    answers: {
      200: {
        description: 'The client is signed in.',
        schema: object({ success: only(true), data: realm.brief }),
        hasToken: true,
      },
      401: failure('The client is not signed in, or not any more.'),
    },
  }),
  'put password': (realm) => updatePassword(realm, 'updatePassword'),
  'patch password': (realm) => updatePassword(realm, 'patchPassword'),
};

function signUp({ config, profile, account, unsaved, hasHooks }: DescribedRealm): Endpoint {
  const { confirmation, redirects, paranoid } = config;
  const isSignedIn = confirmation === null || confirmation.grace > 0;
  const isHidden = paranoid && !isSignedIn;
  const isUrlNeeded = confirmation !== null && redirects.confirmSuccess === null;
  const url = 'Where the link of the confirmation mail leads.';
  const link: Record<string, Schema> = {
    confirm_success_url: { ...URI, description: url },
    config_name: CONFIG_NAME,
  };
  return {
    id: 'signUp',
    summary: 'Sign up',
    description: isSignedIn
      ? 'Makes an account and signs the client in.'
      : 'Makes an account and mails a link that confirms its address; only then can it be signed in to.',
    body: {
      properties: {
        email: EMAIL,
        password: newPassword(config),
        password_confirmation: PASSWORD,
        ...profile.signUp.properties,
        ...(confirmation === null ? {} : link),
      },
      required: ['email', 'password', ...(isUrlNeeded ? ['confirm_success_url'] : []), ...profile.signUp.required],
      example: { ...EXAMPLE, ...(isUrlNeeded ? { confirm_success_url: EXAMPLE_URL } : {}) },
    },
    answers: {
      200: {
        description: isHidden
          ? 'Asked for. The answer is the same where the address is taken.'
          : 'The account is made.',
        schema: object({ status: only('success'), data: isHidden ? unsaved : account }),
        hasToken: isSignedIn,
      },
      422: invalid(hasHooks ? 'Something is wrong, or the application does not allow it.' : 'Something is wrong.'),
    },
  };
}

function updateAccount({ config, profile, account, hasHooks }: DescribedRealm, id: string): Endpoint {
  const ownAddress: Record<string, Schema> =
    config.confirmation === null
      ? {}
      : {
          redirect_url: { ...URI, description: 'Where the link that confirms a new address leads.' },
          config_name: CONFIG_NAME,
        };
  return {
    id,
    summary: 'Change the account',
    description: 'Changes what is given of the account of the client that asks. A new password ends all other clients.',
    client: 'either',
    body: {
      properties: {
        email: EMAIL,
        password: newPassword(config),
        password_confirmation: PASSWORD,
        ...CURRENT_PASSWORD,
        ...profile.update.properties,
        ...ownAddress,
        reset_password_token: { ...TEXT, description: 'In place of a client: see the password.' },
      },
      required: [],
      example: { email: EXAMPLE.email },
    },
    answers: {
      200: {
        description: 'The account is changed.',
        schema: object({ status: only('success'), data: account }),
        hasToken: true,
      },
      401: failure('The reset token is not valid, or not any more.'),
      404: failure('Nobody is signed in.'),
      409: failure('Another request has changed the password meanwhile.', { hasToken: true }),
      422: invalid(hasHooks ? 'Something is wrong, or the application does not allow it.' : 'Something is wrong.', {
        hasToken: true,
      }),
      429: { ...TOO_MANY, hasToken: true },
    },
  };
}

function updatePassword({ config, account }: DescribedRealm, id: string): Endpoint {
  return {
    id,
    summary: 'Set a new password',
    description:
      'For the client that asks, whose other clients end, or for who holds the token of a reset link: then all clients end and a new one is signed in.',
    client: 'either',
    body: {
      properties: {
        password: newPassword(config),
        password_confirmation: PASSWORD,
        ...CURRENT_PASSWORD,
        reset_password_token: { ...TEXT, description: 'From the link of a reset mail, in place of a client.' },
      },
      required: ['password', 'password_confirmation'],
      example: NEW_PASSWORD,
    },
    answers: {
      200: {
        description: 'The password is set.',
        schema: object({ success: only(true), data: account, message: TEXT }),
        hasToken: true,
      },
      401: failure('Nobody is signed in, or the reset token is not valid any more.'),
      409: failure('Another request has changed the password meanwhile.', { hasToken: true }),
      422: invalid('Something is wrong.', { hasToken: true }),
      429: { ...TOO_MANY, hasToken: true },
    },
  };
}

function newPassword({ password }: DescribedRealm['config']): Schema {
  return { ...PASSWORD, minLength: password.minLength, description: 'At most 72 bytes.' } as Schema;
}

/** What hooks of the application may answer where nothing else does so. */
function vetoed(hasHooks: boolean, hasToken: boolean): Record<number, Answer> {
  return hasHooks ? { 422: failure('The application does not allow it.', { hasToken }) } : {};
}
