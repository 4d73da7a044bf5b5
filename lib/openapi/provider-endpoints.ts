import { URI } from './document.js';
import { redirect, type DescribeEndpoint, type Endpoint } from './endpoint.js';

/** Sign-in by a provider, by method and path below the realm's own. */
export const PROVIDER_ENDPOINTS: Record<string, DescribeEndpoint> = {
  'get {provider}': whereThereAreAny((path) => ({
    id: 'signInByProvider',
    summary: 'Sign in by a provider',
    description: 'To be opened by a browser, which it sends on to the provider.',
    path,
    query: {
      auth_origin_url: { description: 'The page to come back to.', schema: URI },
      omniauth_window_type: {
        description: 'How the page is open; anything else is `sameWindow`.',
        schema: { type: 'string', enum: ['newWindow', 'inAppBrowser', 'sameWindow'] },
      },
      config_name: 'A label that comes back with the credentials.',
    },
    answers: {
      200: HANDING_OVER,
      302: redirect('The page of the provider, or the page to come back to with `error`.'),
    },
  })),
  'get {provider}/callback': whereThereAreAny((path) => ({
    id: 'finishSignInByProvider',
    summary: 'Come back from a provider',
    description: 'The provider sends the browser here.',
    path,
    answers: OUTCOME,
  })),
  'post {provider}/callback': whereThereAreAny((path) => ({
    id: 'postSignInByProvider',
    summary: 'Come back from a provider that answers by a form',
    description: 'The provider sends the browser here.',
    path,
    isForOtherSites: true,
    answers: { 303: redirect('The same path, with what the form holds.') },
  })),
  'get failure': whereThereAreAny(() => ({
    id: 'signInByProviderFailed',
    summary: 'Tell that a sign-in by a provider has failed',
    query: { message: 'Why, in a word.' },
    answers: OUTCOME,
  })),
};

const HANDING_OVER = { description: 'A page that hands the outcome to the one that opened it.', isPage: true };

const OUTCOME: Endpoint['answers'] = {
  200: HANDING_OVER,
  302: redirect('The page to come back to, with the credentials or with `error`.'),
};

function whereThereAreAny(describe: (path: Endpoint['path'] & object) => Endpoint): DescribeEndpoint {
  return ({ config }) => {
    const names = [...config.oauth.keys()];
    if (names.length === 0) return null;
    return describe({ provider: { description: 'Its name.', schema: { type: 'string', enum: names } } });
  };
}
