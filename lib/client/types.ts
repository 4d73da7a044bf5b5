import type { Exchange } from './exchanges.js';
import type { SessionChange } from './keeper.js';
import type { SignInWithOptions } from './oauth.js';
import type { TokenStorage } from './storage.js';

/** A user as the server tells of it; name your own columns by `createTokenAuthClient<MyUser>`. */
export interface TokenAuthUser {
  readonly id: number | string;
  readonly email: string | null;
  readonly uid: string;
  readonly provider: string;
  readonly [attribute: string]: unknown;
}

/** A signed-in client of a user: a phone, a laptop, a browser profile. */
export interface SignedInClient {
  /** Opaque; signs nobody in. */
  readonly id: string;
  /** When it signed in, as ISO 8601. */
  readonly created_at: string;
  /** As ISO 8601. */
  readonly last_used_at: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

export interface TokenAuthClientOptions {
  /** The base of the API: credentials go to its origin, and below its path, and nowhere else. In a page it may be relative. */
  readonly baseUrl: string | URL;
  /** Where the endpoints are, below the base. Default `'auth'`. */
  readonly authPath?: string;
  /** Default: localStorage in a page, memory elsewhere. A server with many users needs one client for each request. */
  readonly storage?: TokenStorage;
  /** Sends all requests. Default: `globalThis.fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** For the server's cookie mode: the browser alone knows the token. Default `false`. */
  readonly cookies?: boolean;
}

/** What an account is made of, by the names that the server knows: `email`, `password` and those of `signUpDto`. */
export type AccountValues = Readonly<Record<string, unknown>>;

/**
 * Signs one person in and follows the token. Methods that ask the server throw `TokenAuthError` where it refuses,
 * `ServiceUnavailableError` where it cannot answer at the moment, `UnreachableError` where nobody does.
 */
export interface TokenAuthClient<U> {
  /**
   * A drop-in for the platform's: with the credentials for URLs of the API, as it is for all others, for `mode: 'no-cors'`
   * and for requests that bring an `authorization` of their own. Relative URLs are resolved by `baseUrl`.
   */
  readonly fetch: typeof globalThis.fetch;
  /** The user as last known; null until somebody has signed in or `validate()` has answered. */
  readonly user: U | null;
  /** Whether a session is stored. With a storage that answers later, false until `ready`. */
  readonly isSignedIn: boolean;
  /** Once the storage has been read, and what a sign-in by redirect has brought is in it. */
  readonly ready: Promise<void>;
  /** Makes an account. Signs in too, unless the address has to be confirmed first: `isSignedIn` tells. */
  signUp(values: AccountValues): Promise<U>;
  signIn(values: AccountValues): Promise<U>;
  /** Signs out here and in all tabs at once, whatever the server answers; its refusal to talk is thrown afterwards. */
  signOut(): Promise<void>;
  /** Asks who is signed in; null where nobody is. Call it when a page starts: it catches up with what was lost before. */
  validate(): Promise<U | null>;
  updateAccount(values: AccountValues): Promise<U>;
  deleteAccount(): Promise<void>;
  /** Has a link mailed that leads to `redirectUrl` with a `reset_password_token`. */
  requestPasswordReset(values: { readonly email: string; readonly redirectUrl?: string }): Promise<void>;
  /**
   * Sets a new password and signs in; without the token of a link, for who is signed in. Other values go along as they are:
   * `current_password`, the code of a second factor.
   */
  resetPassword(
    values: AccountValues & {
      readonly password: string;
      /** Default: the password. */
      readonly passwordConfirmation?: string;
      readonly resetPasswordToken?: string;
    },
  ): Promise<U>;
  resendConfirmation(values: { readonly email: string; readonly redirectUrl?: string }): Promise<void>;
  requestUnlock(values: { readonly email: string }): Promise<void>;
  /**
   * Signs in by a provider. In a popup, call it at once when the person clicks, or browsers block it; a redirect leaves the
   * page, and `completeSignIn()` there has the outcome.
   *
   * @throws TokenAuthError with the code `popup_blocked`, `popup_closed`, or the server's.
   */
  signInWith(provider: string, options?: SignInWithOptions): Promise<U>;
  /**
   * What a sign-in by redirect has brought: null where the page was not opened by one that this tab has begun. Its
   * parameters are taken out of the URL as soon as the client is created.
   */
  completeSignIn(): Promise<U | null>;
  /** Where the user is signed in, the most recently used first. */
  clients(): Promise<SignedInClient[]>;
  /** Ends one of them. */
  revoke(id: string): Promise<void>;
  /** Ends all but this one, and tells how many. */
  revokeOthers(): Promise<number>;
  /** Calls back at each change in this tab or in another one; gives the function that ends it. */
  onChange(listener: (change: SessionChange<U>) => void): () => void;
  /** For other HTTP libraries: what to do around one request. Null where the URL is none of the API's. */
  begin(url: string | URL): Promise<Exchange | null>;
  /** Leaves the other tabs. A client keeps no process alive without it either. */
  close(): void;
}
