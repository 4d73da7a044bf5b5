import { HttpStatus } from '@nestjs/common';
import type { IncomingRequest } from '../incoming-request.js';
import type { TokenAuthConfig } from '../token-auth.config.js';
import { failure, MESSAGES } from './account-errors.js';
import { textParameter } from './parameters.js';

/** Where a client wants a link to lead: the first of the parameters that is given, or the configured URL. */
export function wantedRedirect(
  request: IncomingRequest,
  names: readonly string[],
  configured: string | null,
): string | null {
  for (const name of names) {
    const url = textParameter(request, name);
    if (url !== null) return url;
  }
  return configured;
}

/**
 * Refuses a URL that is not on the allow-list.
 *
 * @throws HttpException 422.
 */
export function requireAllowed(url: string | null, { redirects }: TokenAuthConfig, extra: object = {}): void {
  if (url === null || redirects.allowlist.allows(url)) return;
  throw failure(HttpStatus.UNPROCESSABLE_ENTITY, MESSAGES.redirectNotAllowed(url), { status: 'error', ...extra });
}
