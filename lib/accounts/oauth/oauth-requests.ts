import { HttpStatus } from '@nestjs/common';
import type { IncomingRequest } from '../../incoming-request.js';
import type { TokenAuthConfig } from '../../token-auth.config.js';
import { failure, MESSAGES } from '../account-errors.js';
import { notServed } from '../link-answers.js';
import { pick, textParameter } from '../parameters.js';
import { requireAllowed, wantedRedirect } from '../redirects.js';
import { windowType, type Destination } from './sign-in-flow.js';

/**
 * Leaves a path with an unknown word to the application's own routes. Express tries them one after the other; with
 * Fastify they come first by themselves.
 */
export function passOn(request: IncomingRequest, next: unknown): void {
  if (typeof next !== 'function') throw notServed(request);
  next();
}

/**
 * Where a sign-in is to end.
 *
 * @throws HttpException 422 for a URL that is not allowed, or none.
 */
export function destinationOf(request: IncomingRequest, config: TokenAuthConfig): Destination {
  const originUrl = wantedRedirect(request, ['auth_origin_url', 'origin'], null);
  if (originUrl === null) throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.missingRedirectUrl);
  requireAllowed(originUrl, config);
  return { window: windowType(textParameter(request, 'omniauth_window_type')), originUrl };
}

/** What a provider answers with (RFC 6749, section 4.1.2; RFC 9207), and the name that Apple tells once. */
const CALLBACK_PARAMETERS = ['code', 'state', 'iss', 'error', 'user'] as const;
/** Of one of them, in characters. */
const LONGEST = 4096;

/** The parameters of a callback; one that is given twice is none. */
export function callbackParameters(source: unknown): URLSearchParams {
  const given = Object.entries(pick(source, CALLBACK_PARAMETERS));
  return new URLSearchParams(
    given.filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1].length <= LONGEST),
  );
}
