import type { OAuthProvider } from '../oauth/oauth-provider.js';

/** Signing in by other providers of identities. */
export interface OAuthOptions {
  /**
   * The providers, by the names under which they are reached: `google` is at `GET <path>/google`, and has to know
   * `<publicUrl>/google/callback` as redirect URI. Needs the package openid-client, and `publicUrl`. A name has up to 32
   * lower-case letters, digits, `_` and `-`, begins with a letter, and stays: it is stored with the accounts.
   *
   * @defaultValue none
   * @example
   * ```ts
   * oauth: {
   *   google: googleProvider({ clientId, clientSecret }),
   *   acme: oidcProvider({ issuer: 'https://id.acme.example', clientId: 'shop', clientSecret }),
   * }
   * ```
   */
  oauth?: Readonly<Record<string, OAuthProvider>>;
}
