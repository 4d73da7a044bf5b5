/** What is sent to sign in: as JSON, or as a form where it is `URLSearchParams` (the scheme `bearer` alone). */
export type SignInValues = Readonly<Record<string, unknown>> | URLSearchParams;

/** A sign-in that has failed. */
export interface SignInFailure<I> {
  readonly identity: I;
  /**
   * Why: {@link TokenAuthError} or {@link ServiceUnavailableError} where the service refused, {@link UnreachableError} where
   * nobody answered, a `TimeoutError` where it took too long, or what `credentials` threw.
   */
  readonly error: unknown;
}

/** A sign-out that has failed: a token may live on until it expires. */
export interface SignOutFailure<I> {
  readonly identity: I;
  /** Why, as of {@link SignInFailure}. */
  readonly error: unknown;
}

/** Options of {@link createServiceClient}. */
export interface ServiceClientOptions<I = void> {
  /** The API's base, absolute. Credentials and tokens go to this origin alone, and tokens only below this path. */
  readonly baseUrl: string | URL;
  /**
   * `cached`: signs an identity in once and uses its token until it ends. `perRequest`: signs in for each request, uses the
   * token once and signs out.
   */
  readonly strategy: 'cached' | 'perRequest';
  /** What an identity signs in with: the body of the sign-in. Asked for each sign-in, so that secrets can change. */
  readonly credentials: (identity: I) => SignInValues | Promise<SignInValues>;
  /**
   * Tells identities apart: those with the same key share a token. Default: the identity as text. Needed where an identity is
   * an object.
   */
  readonly identityKey?: (identity: I) => string;
  /**
   * `token-auth` (default): the protocol of this package, with tokens that rotate. `bearer`: a sign-in is answered with
   * `{ access_token, token_type, expires_at }` or `expires_in`, and requests take `Authorization: Bearer` (RFC 6750).
   */
  readonly scheme?: 'token-auth' | 'bearer';
  /** Where to sign in by POST, below `baseUrl`. Default `auth/sign_in`; of `token-auth` it has to end in `sign_in`. */
  readonly signInPath?: string;
  /**
   * Where to sign out, below `baseUrl`. Default `auth/sign_out`. Only of the scheme `bearer`: that of `token-auth` is beside its
   * sign-in. `null` for a service that cannot: then a token lives until it expires.
   */
  readonly signOutPath?: string | null;
  /**
   * How to sign out with the scheme `bearer`: `DELETE` (default), or `POST` with the token as the form's `token`, as RFC 7009
   * wants it. Both carry the token in `Authorization` too.
   */
  readonly signOutMethod?: 'DELETE' | 'POST';
  /** Told of each failed sign-in, once, whatever the number of requests that waited for it. What it throws is ignored. */
  readonly onSignInFailed?: (failure: SignInFailure<I>) => void;
  /** Told of each failed sign-out; the request is answered all the same. What it throws is ignored. */
  readonly onSignOutFailed?: (failure: SignOutFailure<I>) => void;
  /**
   * Whether a request whose token turns out to be revoked is sent once more with a new one, where its body can be sent again.
   * Default false: it fails, and the next request signs in.
   */
  readonly retryRevoked?: boolean;
  /** How many identities `cached` keeps signed in; beyond it, the least recently used is signed out. Default 1000. */
  readonly maxIdentities?: number;
  /** Milliseconds that signing in may take, and signing out. Default 10,000. */
  readonly timeout?: number;
  /** Default: the platform's. Every request goes through it. */
  readonly fetch?: typeof globalThis.fetch;
}
