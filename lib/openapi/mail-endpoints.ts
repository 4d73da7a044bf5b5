import { CONFIG_NAME, EXAMPLE, EXAMPLE_URL } from './body-parts.js';
import { EMAIL, TEXT, URI, type Schema } from './document.js';
import type { DescribedRealm } from './described-realm.js';
import { failure, redirect, type Answer, type DescribeEndpoint, type Endpoint } from './endpoint.js';
import { object, only } from './schemas.js';

const SENT = object({ success: only(true), message: TEXT });

const CONFIG = 'The label that the mail was asked for with.';
const REDIRECT_NOT_ALLOWED = failure('The redirect URL is not on the allow-list.');
const DEAD_LINK = failure('The link is not valid, or not any more.');
const PAGE: Answer = { description: 'A page that says so.', isPage: true };

/** What has to do with the links of mails, by method and path below the realm's own. */
export const MAIL_ENDPOINTS: Record<string, DescribeEndpoint> = {
  'post password': (realm) => {
    if (realm.config.mail === null) return null;
    const isUrlNeeded = realm.config.redirects.passwordReset === null;
    return mailRequest(realm, {
      id: 'requestPasswordReset',
      summary: 'Ask for a mail to set a new password',
      redirect: isUrlNeeded ? 'needed' : 'possible',
    });
  },
  'get password/edit': ({ config }) => {
    if (config.mail === null) return null;
    const credentials = config.cookie === null ? 'access-token, client, expiry, uid' : 'client, expiry, uid';
    return {
      id: 'followPasswordReset',
      summary: 'Follow the link of a reset mail',
      query: {
        reset_password_token: 'From the link.',
        redirect_url: urlParameter('Where it leads.'),
        config: CONFIG,
      },
      answers: {
        302: redirect(
          config.reset.requiresToken
            ? 'The redirect URL with `reset_password_token`.'
            : `The redirect URL with ${credentials}, reset_password and reset_password_token.`,
        ),
        ...(config.redirects.passwordReset === null ? { 401: failure('There is no redirect URL.') } : {}),
        404: DEAD_LINK,
        422: REDIRECT_NOT_ALLOWED,
      },
    };
  },
  'post confirmation': (realm) =>
    realm.config.confirmation === null
      ? null
      : mailRequest(realm, {
          id: 'requestConfirmation',
          summary: 'Ask for another mail to confirm the e-mail address',
          redirect: 'possible',
        }),
  'get confirmation': ({ config }) =>
    config.confirmation === null
      ? null
      : {
          id: 'followConfirmation',
          summary: 'Follow the link of a confirmation mail',
          query: {
            confirmation_token: 'From the link.',
            redirect_url: urlParameter('Where it leads.'),
            config: CONFIG,
          },
          answers: {
            302: redirect('The redirect URL with `account_confirmation_success`: `true` or `false`.'),
            ...(config.redirects.confirmSuccess === null ? { 200: PAGE, 404: DEAD_LINK } : {}),
            422: REDIRECT_NOT_ALLOWED,
          },
        },
  'post unlock': (realm) =>
    realm.config.lock?.byMail === true
      ? mailRequest(realm, { id: 'requestUnlock', summary: 'Ask for a mail to unlock the account', redirect: 'none' })
      : null,
  'get unlock': ({ config }) =>
    config.lock?.byMail === true
      ? {
          id: 'followUnlock',
          summary: 'Follow the link of an unlock mail',
          description: 'Unlocks the account; signs nobody in.',
          query: { unlock_token: 'From the link.', config: CONFIG },
          answers: {
            ...(config.redirects.unlockSuccess === null
              ? { 200: PAGE }
              : { 302: redirect("The application's page with `unlock=true`.") }),
            404: DEAD_LINK,
          },
        }
      : null,
};

interface MailRequest {
  readonly id: string;
  readonly summary: string;
  readonly redirect: 'needed' | 'possible' | 'none';
}

function mailRequest({ config: { paranoid } }: DescribedRealm, { id, summary, redirect }: MailRequest): Endpoint {
  const url: Record<string, Schema> =
    redirect === 'none' ? {} : { redirect_url: { ...URI, description: 'Where its link leads.' } };
  return {
    id,
    summary,
    ...(paranoid ? { description: 'The answer does not tell whether the account exists.' } : {}),
    body: {
      properties: { email: EMAIL, ...url, config_name: CONFIG_NAME },
      required: ['email', ...(redirect === 'needed' ? ['redirect_url'] : [])],
      example: { email: EXAMPLE.email, ...(redirect === 'needed' ? { redirect_url: EXAMPLE_URL } : {}) },
    },
    answers: {
      200: {
        description: paranoid ? 'A mail is on its way, if there is such an account.' : 'A mail is on its way.',
        schema: SENT,
      },
      401: failure(redirect === 'needed' ? 'The address or the redirect URL is missing.' : 'The address is missing.'),
      ...(paranoid ? {} : { 404: failure('There is no such account.') }),
      ...(redirect === 'none' ? {} : { 422: REDIRECT_NOT_ALLOWED }),
    },
  };
}

function urlParameter(description: string): { description: string; schema: Schema } {
  return { description, schema: URI };
}
