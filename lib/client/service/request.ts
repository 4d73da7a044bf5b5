import type { ServiceRequest } from './session.js';

/** A request, with its URL taken from the base where it is relative. */
export function requestOf(input: ServiceRequest['input'], init: RequestInit | undefined, base: URL): ServiceRequest {
  const signal = init?.signal ?? (isRequest(input) ? input.signal : undefined);
  return { input: isRequest(input) ? input : new URL(input, base), init, signal };
}

/** Where a request goes. */
export function urlOf({ input }: ServiceRequest): string | URL {
  return isRequest(input) ? input.url : input;
}

/** The headers that the caller has set. */
export function headersOf({ input, init }: ServiceRequest): Headers {
  return new Headers(init?.headers ?? (isRequest(input) ? input.headers : undefined));
}

/** Whether a URL is the API's, so that it may be shown a token. */
export function isBelow(base: URL, url: string | URL): boolean {
  const { origin, pathname } = new URL(url);
  return origin === base.origin && pathname.startsWith(base.pathname);
}

/** Whether its body can be read twice: a stream cannot, and what a `Request` holds is one. */
export function canBeSentAgain({ input, init }: ServiceRequest): boolean {
  const body: unknown = init?.body ?? (isRequest(input) ? input.body : null);
  return typeof body !== 'object' || body === null || !('getReader' in body || Symbol.asyncIterator in body);
}

function isRequest(input: ServiceRequest['input']): input is Request {
  return typeof input === 'object' && 'url' in input;
}
