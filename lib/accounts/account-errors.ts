import { HttpStatus } from '@nestjs/common';
import { Message, type MessageCode } from '../messages/message.js';
import { TranslatableException } from './translatable.exception.js';

/** How much of what was sent a text repeats, in characters. */
const LONGEST_QUOTE = 2048;

const plain = (code: MessageCode) => new Message(code);
const aboutEmail = (code: MessageCode) => (email: string) => new Message(code, { email });

/** What the endpoints say. */
export const MESSAGES = Object.freeze({
  badCredentials: plain('bad_credentials'),
  invalidToken: plain('invalid_token'),
  notSignedIn: plain('not_signed_in'),
  signInByPost: plain('sign_in_by_post'),
  locked: plain('locked'),
  notConfirmed: aboutEmail('not_confirmed'),
  tooManyAttempts: plain('too_many_attempts'),

  improperSignUp: plain('improper_sign_up'),
  improperUpdate: plain('improper_update'),
  userNotFound: plain('user_not_found'),
  overtaken: plain('overtaken'),
  nothingToDestroy: plain('nothing_to_destroy'),
  destroyed: (uid: string) => new Message('destroyed', { uid }),
  inUse: plain('in_use'),
  clientNotFound: plain('client_not_found'),

  missingConfirmUrl: plain('missing_confirm_success_url'),
  missingRedirectUrl: plain('missing_redirect_url'),
  redirectNotAllowed: (url: string) =>
    new Message('redirect_not_allowed', { redirect_url: url.slice(0, LONGEST_QUOTE) }),
  missingEmail: plain('missing_email'),
  unknownEmail: aboutEmail('unknown_email'),
  invalidLink: plain('invalid_link'),

  resetSent: aboutEmail('reset_sent'),
  resetSentParanoid: plain('reset_sent_paranoid'),
  unauthorized: plain('unauthorized'),
  passwordNotRequired: (provider: string) => new Message('password_not_required', { provider }),
  missingPasswords: plain('missing_passwords'),
  passwordUpdated: plain('password_updated'),

  confirmationSent: aboutEmail('confirmation_sent'),
  confirmationSentParanoid: plain('confirmation_sent_paranoid'),
  confirmed: plain('confirmed'),

  unlockSent: aboutEmail('unlock_sent'),
  unlockSentParanoid: plain('unlock_sent_paranoid'),
  unlocked: plain('unlocked'),

  accountExists: aboutEmail('account_exists'),
  oauthFailed: plain('oauth_failed'),
  oauthRefused: plain('oauth_refused'),
  oauthExpired: plain('oauth_expired'),
  oauthTooLong: plain('oauth_too_long'),
  oauthUnavailable: plain('oauth_unavailable'),
  redirecting: plain('redirecting'),
});

/** What is wrong with an attribute: what follows its name in a sentence. */
export const FAULTS = Object.freeze({
  blank: plain('blank'),
  invalid: plain('invalid'),
  taken: plain('taken'),
  notEmail: plain('not_email'),
  mismatch: plain('mismatch'),
  tooShort: (least: number) => new Message('too_short', { count: String(least) }),
  tooLong: (most: number) => new Message('too_long', { count: String(most) }),
  tooLongInBytes: (most: number) => new Message('too_long_in_bytes', { count: String(most) }),
});

/** The protocol's common error body, and the code of its message. */
export function failure(status: HttpStatus, message: Message, extra: object = {}): TranslatableException {
  return new TranslatableException({ success: false, errors: [message], code: message.code, ...extra }, status);
}

/** What is wrong with each attribute: what follows its name in a sentence. Texts are the application's own. */
export type AttributeErrors = Record<string, (Message | string)[]>;

/** The faults by attribute, all of them as sentences, and their codes: what an application says itself is `invalid`. */
export function faultBody(faults: AttributeErrors): { errors: AttributeErrors; code: string; error_codes: object } {
  const sentences = Object.entries(faults).flatMap(([attribute, each]) =>
    each.map((fault) => new Message('full_message', { attribute, fault })),
  );
  const codes = Object.entries(faults).map(([attribute, each]) => [
    attribute,
    each.map((fault) => (fault instanceof Message ? fault.code : FAULTS.invalid.code)),
  ]);
  return {
    errors: { ...faults, full_messages: sentences },
    code: 'invalid_record',
    error_codes: Object.fromEntries(codes),
  };
}

/** 422 for an account that cannot be saved like this. */
export function invalidRecord(faults: AttributeErrors, data?: object): TranslatableException {
  const body = { status: 'error', ...(data === undefined ? {} : { data }), ...faultBody(faults) };
  return new TranslatableException(body, HttpStatus.UNPROCESSABLE_ENTITY);
}
