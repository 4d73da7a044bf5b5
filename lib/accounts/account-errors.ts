import { HttpException, HttpStatus, UnprocessableEntityException } from '@nestjs/common';

/** The texts that clients of the protocol show or compare. */
export const MESSAGES = Object.freeze({
  badCredentials: 'Invalid login credentials. Please try again.',
  invalidToken: 'Invalid login credentials',
  notSignedIn: 'User was not found or was not logged in.',
  signInByPost: 'Use POST /sign_in to sign in. GET is not supported.',
  improperSignUp: 'Please submit proper sign up data in request body.',
});

/** The protocol's common error body. */
export function failure(status: HttpStatus, message: string, extra: object = {}): HttpException {
  return new HttpException({ success: false, errors: [message], ...extra }, status);
}

/** What is wrong with each attribute: texts that follow its name in a sentence. */
export type AttributeErrors = Record<string, string[]>;

/** 422 as the protocol words it: the texts by attribute, and all of them as sentences. */
export function invalidRecord(errors: AttributeErrors, data?: object): HttpException {
  const sentences = Object.entries(errors).flatMap(([attribute, texts]) =>
    texts.map((text) => `${humanize(attribute)} ${text}`),
  );
  return new UnprocessableEntityException({
    status: 'error',
    ...(data === undefined ? {} : { data }),
    errors: { ...errors, full_messages: sentences },
  });
}

function humanize(attribute: string): string {
  const words = attribute.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
