import type { SignInValues } from './service-options.js';

type Fetch = typeof globalThis.fetch;

/** A request as it is given to `fetch`. */
export interface ServiceRequest {
  readonly input: Parameters<Fetch>[0];
  readonly init: Parameters<Fetch>[1];
  /** That of the caller. */
  readonly signal: AbortSignal | undefined;
}

/** What one sign-in has opened. */
export interface ServiceSession {
  /** Whether a request should be sent with it: false once it is about to expire, or has ended. */
  readonly isFresh: boolean;
  /** Sends a request with the token; null where the token was refused. */
  send(request: ServiceRequest): Promise<Response | null>;
  /** Ends it; one that has ended already is no failure. */
  signOut(signal: AbortSignal): Promise<void>;
}

/** How a service lets programs in, and takes what it gave them. */
export interface Scheme {
  signIn(values: SignInValues, signal: AbortSignal): Promise<ServiceSession>;
}

/** When to sign in, and when to sign out. */
export interface Strategy<I> {
  /**
   * Sends a request as an identity; null where its token was refused.
   *
   * @throws ServiceUnavailableError where signing in fails.
   */
  send(identity: I, request: ServiceRequest): Promise<Response | null>;
  /** Resolves once all that it has opened is signed out. */
  close(): Promise<void>;
}
