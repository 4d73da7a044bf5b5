import { ForbiddenException } from '@nestjs/common';
import type { IncomingRequest } from '../incoming-request.js';

/** Whether browsers send this on behalf of any page; applications must not change state by it. */
export function isSafeMethod(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** What browsers say of requests that a page of the same origin or the person made. */
const OWN_SITES: readonly unknown[] = ['same-origin', 'none'];

/**
 * Whether a page of another origin makes a browser send a request that can change state, by what browsers say of it in
 * headers that no page can set: `Sec-Fetch-Site`, or in old browsers and without TLS `Origin` alone. Whoever sends neither
 * is no browser, and no page can borrow its cookies. A request without a method is taken for one that changes state.
 *
 * The same site is not enough: whoever controls a subdomain, or another port, is not this application.
 */
export function isCrossSite(
  { method, headers }: Pick<IncomingRequest, 'method' | 'headers'>,
  trustedOrigins: readonly string[],
): boolean {
  if (isSafeMethod(method)) return false;
  const { origin = '', 'sec-fetch-site': site = '' } = headers;
  if (typeof origin === 'string' && trustedOrigins.includes(origin)) return false;
  if (site !== '') return !OWN_SITES.includes(site);
  // HTTP/2 has no Host header.
  return origin !== '' && !isOriginAt(origin, headers['host'] ?? headers[':authority']);
}

/** Whether this is an origin as browsers write them, of this host. Behind a proxy the scheme may be another one. */
function isOriginAt(origin: unknown, host: unknown): boolean {
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
  const parsed = new URL(origin);
  return parsed.origin === origin && parsed.host === host;
}

/** 403, and never 401: clients throw their credentials away on a 401. */
export class CrossSiteException extends ForbiddenException {
  constructor(private readonly text: string) {
    // Apollo's driver makes FORBIDDEN of an exception with Nest's own body, and an internal error of any other.
    super(text);
  }

  override getResponse(): { errors: string[]; code: string } {
    return { errors: [this.text], code: 'cross_site' };
  }
}
