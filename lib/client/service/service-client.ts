import { TokenAuthError } from '../errors.js';
import { canBeSentAgain, headersOf, isBelow, requestOf, urlOf } from './request.js';
import type { ServiceClientOptions } from './service-options.js';
import { baseOf, strategyOf } from './set-up.js';
import { unavailable } from './sign-ins.js';

type Fetch = typeof globalThis.fetch;

/** Requests as one identity. */
export interface ServiceIdentity {
  /**
   * A drop-in for the platform's: takes care of signing in. A relative URL is taken from `baseUrl`. What is not below
   * `baseUrl` is fetched without a token, and what brings an `authorization` of its own with that.
   *
   * @throws ServiceUnavailableError where signing in failed, or the token turned out to be revoked: to be tried again later.
   */
  readonly fetch: Fetch;
}

/** What {@link createServiceClient} makes; without identities it has a `fetch` itself. */
export type ServiceClient<I = void> = ([I] extends [void] ? ServiceIdentity : unknown) & {
  /** Requests as an identity. */
  as(identity: I): ServiceIdentity;
  /**
   * Signs out whoever is signed in, once the requests under way are answered; later requests are refused. Never throws:
   * `onSignOutFailed` is told what fails.
   */
  close(): Promise<void>;
};

/**
 * A client for programs that call a protected API with credentials of their own: one account, or one per identity.
 *
 * @throws TypeError for options that it cannot work with.
 */
export function createServiceClient<I = void>(options: ServiceClientOptions<I>): ServiceClient<I> {
  const base = baseOf(options.baseUrl);
  const fetch: Fetch = options.fetch ?? (async (input, init) => await globalThis.fetch(input, init));
  const strategy = strategyOf(options, base, fetch);
  let isClosed = false;

  async function send(identity: I, input: Parameters<Fetch>[0], init?: RequestInit): Promise<Response> {
    if (isClosed) throw new Error('This service client is closed. Make another one.');
    const request = requestOf(input, init, base);
    if (!isBelow(base, urlOf(request)) || headersOf(request).has('authorization'))
      return await fetch(request.input, request.init);
    request.signal?.throwIfAborted();
    const mayRepeat = options.retryRevoked === true && canBeSentAgain(request);
    let response = await strategy.send(identity, request);
    if (response === null && mayRepeat) response = await strategy.send(identity, request);
    if (response === null) throw unavailable(new TokenAuthError('The service has refused the token.', 401));
    return response;
  }

  const as = (identity: I): ServiceIdentity => ({
    fetch: async (input, init) => await send(identity, input, init),
  });
  return {
    ...as(undefined as I),
    as,
    close: async () => {
      isClosed = true;
      await strategy.close();
    },
  };
}
