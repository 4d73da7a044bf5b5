import type { Checks } from '../../oauth/provider-connection.js';

/** How a client has opened the page of the provider, and so how it learns what came of it. */
export type WindowType = 'newWindow' | 'inAppBrowser' | 'sameWindow';

/** Where a sign-in ends. */
export interface Destination {
  readonly window: WindowType;
  /** A page that redirects may lead to. */
  readonly originUrl: string;
}

/** A sign-in on its way to a provider and back. */
export interface SignInFlow extends Destination {
  readonly checks: Checks;
  /** What the client calls its kind of users. */
  readonly config: string | null;
  /** What the client has sent along for a new account. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Anything unknown is the protocol's default. */
export function windowType(value: unknown): WindowType {
  return value === 'newWindow' || value === 'inAppBrowser' ? value : 'sameWindow';
}
