/** What a provider says of somebody, by the names it uses: the claims of OpenID Connect, or an answer of its API. */
export type ProviderClaims = Readonly<Record<string, unknown>>;

/** Who somebody is at a provider. */
export interface ProviderIdentity {
  /** What the provider calls the person, which never changes. */
  readonly subject: string;
  /** The address that the provider told, as it is stored: trimmed and in lower case. */
  readonly email: string | null;
  /** Whether the provider has made sure that the address is the person's. Only then does it count for anything. */
  readonly emailVerified: boolean;
  /** All that the provider said. */
  readonly claims: ProviderClaims;
}

/** Values of the user's columns, by property, for an account that is about to be made. */
export type ProfileMapping = (identity: ProviderIdentity) => Record<string, unknown>;

/** What replaces the global `fetch` for calls to a provider, such as one that goes through a proxy. */
export type ProviderFetch = (url: string, options: RequestInit) => Promise<Response>;

/** What all providers can be told. */
export interface ProviderOptions {
  /** How the provider calls the application. */
  clientId: string;

  /**
   * What is asked for, separated by spaces.
   *
   * @defaultValue what signing in needs, with the address and the name where the provider has a scope for them
   */
  scope?: string;

  /**
   * More parameters of the authorization request, such as `{ prompt: 'select_account' }` or `{ hd: 'example.com' }`. A
   * `max_age`, in seconds, is checked in the answer too; nothing else is.
   *
   * @defaultValue none
   */
  authorizationParameters?: Readonly<Record<string, string>>;

  /**
   * What is stored of what the provider says, for a new account only: values of the user's columns, by property. Those that
   * the module looks after and those that do not fit their column are left out. What the client sent along comes before it.
   *
   * @defaultValue nothing
   * @example
   * ```ts
   * googleProvider({ clientId, clientSecret, profile: ({ claims }) => ({ name: claims.name }) })
   * ```
   */
  profile?: ProfileMapping;

  /**
   * What calls to the provider are made with, such as a `fetch` that goes through a proxy.
   *
   * @defaultValue the global `fetch`
   */
  fetch?: ProviderFetch;
}

/** The same for providers that give a secret beside the id. */
export interface ProviderOptionsWithSecret extends ProviderOptions {
  /** What the application proves itself to the provider with. */
  clientSecret: string;
}

/** Where to find a provider that cannot be discovered: what `authorizationCodeGrant` needs of RFC 8414. */
export interface ProviderEndpoints {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly token_endpoint_auth_methods_supported: string[];
}

/** Asks an API of the provider in the name of who signs in. */
export type ResourceReader = (url: string) => Promise<unknown>;

/**
 * What a provider said, and where: only the ID token is bound to this sign-in, and only it may be signed by somebody
 * else.
 */
export interface ProviderAnswer {
  readonly idToken: ProviderClaims | null;
  /** The claims of the userinfo endpoint; asked only where they are needed. */
  readonly userinfo: () => Promise<ProviderClaims>;
  readonly resource: ResourceReader;
  /** A parameter of the callback. Anybody can write it. */
  readonly parameter: (name: string) => string | null;
}

/**
 * A provider of identities, as {@link oidcProvider}, {@link googleProvider} and the like make it. Its parts are the
 * module's own and may change.
 */
export interface OAuthProvider {
  readonly options: ProviderOptions;
  /** The issuer, whose endpoints are discovered (OpenID Connect Discovery 1.0); or endpoints of plain OAuth 2.0. */
  readonly server: string | ProviderEndpoints;
  readonly scope: string;
  /** Made anew for each use. Null where its parts are missing. */
  readonly clientSecret: (() => string) | null;
  /** Parameters of the authorization request that this kind of provider needs. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly identify: (answer: ProviderAnswer) => Promise<ProviderIdentity>;
  /** What is wrong with the options of this kind of provider alone. */
  readonly faults: readonly string[];
}
