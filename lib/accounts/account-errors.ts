import { HttpException, HttpStatus, UnprocessableEntityException } from '@nestjs/common';

/** How much of what was sent a text repeats, in characters. */
const LONGEST_QUOTE = 2048;

/** The texts that clients of the protocol show or compare. */
export const MESSAGES = Object.freeze({
  badCredentials: 'Invalid login credentials. Please try again.',
  invalidToken: 'Invalid login credentials',
  notSignedIn: 'User was not found or was not logged in.',
  signInByPost: 'Use POST /sign_in to sign in. GET is not supported.',
  locked: 'Your account has been locked due to an excessive number of unsuccessful sign in attempts.',
  notConfirmed: (email: string) =>
    `A confirmation email was sent to your account at '${email}'. You must follow the instructions in the email before your account can be activated`,
  unknownClient: 'Unable to find this client among those of your account.',
  tooManyAttempts: 'Too many sign in attempts. Please try again later.',

  improperSignUp: 'Please submit proper sign up data in request body.',
  improperUpdate: 'Please submit proper account update data in request body.',
  userNotFound: 'User not found.',
  overtaken: 'Your account has been changed by another request at the same time. Please try again.',
  nothingToDestroy: 'Unable to locate account for destruction.',
  destroyed: (uid: string) => `Account with UID '${uid}' has been destroyed.`,
  inUse: 'The account cannot be destroyed because other records refer to it.',

  missingConfirmUrl: "Missing 'confirm_success_url' parameter.",
  missingRedirectUrl: 'Missing redirect URL.',
  redirectNotAllowed: (url: string) => `Redirect to '${url.slice(0, LONGEST_QUOTE)}' not allowed.`,
  missingEmail: 'You must provide an email address.',
  unknownEmail: (email: string) => `Unable to find user with email '${email}'.`,
  invalidLink: 'This link is not valid, or not any more. Please ask for a new one.',

  resetSent: (email: string) =>
    `An email has been sent to '${email}' containing instructions for resetting your password.`,
  resetSentParanoid:
    'If your email address exists in our database, you will receive a password recovery link at your email address in a few minutes.',
  unauthorized: 'Unauthorized',
  passwordNotRequired: (provider: string) =>
    `This account does not require a password. Sign in using your '${provider}' account instead.`,
  missingPasswords: "You must fill out the fields labeled 'Password' and 'Password confirmation'.",
  passwordUpdated: 'Your password has been successfully updated.',

  confirmationSent: (email: string) =>
    `An email has been sent to '${email}' containing instructions for confirming your account.`,
  confirmationSentParanoid:
    'If your email address exists in our database, you will receive an email with instructions for how to confirm your email address in a few minutes.',
  confirmed: 'Your email address has been confirmed.',

  unlockSent: (email: string) =>
    `An email has been sent to '${email}' containing instructions for unlocking your account.`,
  unlockSentParanoid:
    'If your account exists, you will receive an email with instructions for how to unlock it in a few minutes.',
  unlocked: 'Your account has been unlocked.',
});

/** What is wrong with an attribute: texts that follow its name in a sentence. */
export const FAULTS = Object.freeze({
  blank: "can't be blank",
  invalid: 'is invalid',
  taken: 'has already been taken',
  notEmail: 'is not an email',
  mismatch: "doesn't match Password",
  tooShort: (least: number) => `is too short (minimum is ${least} characters)`,
  tooLong: (most: number, unit = 'characters') => `is too long (maximum is ${most} ${unit})`,
});

/** The protocol's common error body. */
export function failure(status: HttpStatus, message: string, extra: object = {}): HttpException {
  return new HttpException({ success: false, errors: [message], ...extra }, status);
}

/** What is wrong with each attribute: texts that follow its name in a sentence. */
export type AttributeErrors = Record<string, string[]>;

/** The texts by attribute, and all of them as sentences, as the protocol words them. */
export function fullErrors(errors: AttributeErrors): Record<string, string[]> {
  const sentences = Object.entries(errors).flatMap(([attribute, texts]) =>
    texts.map((text) => `${humanize(attribute)} ${text}`),
  );
  return { ...errors, full_messages: sentences };
}

/** 422 for an account that cannot be saved like this. */
export function invalidRecord(errors: AttributeErrors, data?: object): HttpException {
  return new UnprocessableEntityException({
    status: 'error',
    ...(data === undefined ? {} : { data }),
    errors: fullErrors(errors),
  });
}

/** `password_confirmation` → `Password confirmation` */
export function humanize(attribute: string): string {
  const words = attribute.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
