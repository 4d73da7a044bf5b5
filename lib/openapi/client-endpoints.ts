import { refTo } from './document.js';
import { failure, redirect, type Answer, type DescribeEndpoint, type Endpoint } from './endpoint.js';
import { object, only } from './schemas.js';

const ENDED: Answer = { description: 'Done.', schema: object({ success: only(true) }), hasToken: true };
const NOT_SIGNED_IN = failure('Nobody is signed in.');

/** The list of clients, by method and path below the realm's own. */
export const CLIENT_ENDPOINTS: Record<string, DescribeEndpoint> = {
  'get clients': () => ({
    id: 'listClients',
    summary: 'List the clients that are signed in',
    client: 'needed',
    answers: {
      200: {
        description: 'All clients of the user.',
        schema: object({ success: only(true), data: { type: 'array', items: refTo('schemas', 'TokenAuthClient') } }),
        hasToken: true,
      },
      401: NOT_SIGNED_IN,
    },
  }),
  'delete clients': () => ({
    id: 'endOtherClients',
    summary: 'Sign all other clients out',
    client: 'needed',
    answers: { 200: ENDED, 401: NOT_SIGNED_IN },
  }),
  'delete clients/{id}': () => ({
    id: 'endClient',
    summary: 'Sign a client out',
    client: 'needed',
    path: { id: { description: 'From the list of clients.', schema: { type: 'string' } } },
    answers: { 200: ENDED, 401: NOT_SIGNED_IN, 404: failure('There is no such client.', { hasToken: true }) },
  }),
};

/** Sign-in by a provider, by method and path below the realm's own. */
export const PROVIDER_ENDPOINTS: Record<string, DescribeEndpoint> = {
  'get {provider}': () => ({
    id: 'signInByProvider',
    summary: 'Sign in by a provider',
    description: 'To be opened by a browser: sends on to the provider.',
    path: PROVIDER,
    query: {
      auth_origin_url: { description: 'The page to come back to.', schema: { type: 'string', format: 'uri' } },
      omniauth_window_type: {
        description: 'How the page is open; anything else is `sameWindow`.',
        schema: { type: 'string', enum: ['newWindow', 'inAppBrowser', 'sameWindow'] },
      },
      config_name: 'A label that comes back with the credentials.',
    },
    answers: {
      302: redirect('The page of the provider.'),
      404: failure('There is no such provider.'),
      422: failure('The redirect URL is not on the allow-list.'),
    },
  }),
  'get {provider}/callback': () => callback('finishSignInByProvider'),
  'post {provider}/callback': () => callback('postSignInByProvider'),
  'get failure': () => ({
    id: 'signInByProviderFailed',
    summary: 'Tell that a sign-in by a provider has failed',
    answers: WINDOW_ANSWERS,
  }),
};

const PROVIDER = { provider: { description: 'The name of the provider.', schema: { type: 'string' } } };

const WINDOW_ANSWERS: Endpoint['answers'] = {
  200: { description: 'A page that hands the outcome to the one that opened it.', isPage: true },
  302: redirect('The page to come back to, with the credentials or `error`.'),
};

function callback(id: string): Endpoint {
  return {
    id,
    summary: 'Come back from a provider',
    description: 'Opened by the provider alone.',
    path: PROVIDER,
    answers: WINDOW_ANSWERS,
  };
}
