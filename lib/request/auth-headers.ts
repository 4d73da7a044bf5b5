import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { serialize } from 'cookie';
import type { CookieConfig } from '../options/carrier.config.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { headerSafe, type IssuedToken } from '../tokens/credentials.js';
import type { Departure } from '../tokens/token-departure.js';

const SET_COOKIE = 'Set-Cookie';

const CACHE_CONTROL = 'Cache-Control';

/** The rule that shared caches leave `Authorization` alone does not cover headers of other names. */
const NO_STORE = Object.freeze({ [CACHE_CONTROL]: 'no-store' });

/** Writes credentials into responses, through the adapter so that Express and Fastify behave alike. */
@Injectable()
export class AuthHeaders {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /** Writes what a departure tells the client. */
  write(response: object, departure: Departure): void {
    this.setAll(response, this.headersFor(response, departure));
  }

  /**
   * The same for a handler that sends the response itself: it may go past the platform's object and write to Node's, as
   * Nest does for server-sent events.
   */
  writeEarly(response: object, departure: Departure): void {
    const headers = this.headersFor(response, departure);
    this.setAll(response, headers);
    const { raw } = response as { raw?: { setHeader(name: string, value: string): void } };
    for (const name in headers) raw?.setHeader(name, headers[name] as string);
  }

  private setAll(response: object, headers: Record<string, string>): void {
    for (const name in headers) this.set(response, name, headers[name] as string);
  }

  /** What is made for one client must not come to another from a shared cache, unless the application says that it may. */
  private headersFor(response: object, departure: Departure): Record<string, string> {
    const headers = this.credentialsFor(departure);
    if (CACHE_CONTROL in headers) return headers;
    const { httpAdapter } = this.host;
    if (httpAdapter.getHeader(response, CACHE_CONTROL) === undefined) headers[CACHE_CONTROL] = 'private';
    return headers;
  }

  private credentialsFor(departure: Departure): Record<string, string> {
    const { cookie } = this.config;
    if (departure.kind === 'none') return {};
    if (cookie === null) {
      const headers = departure.kind === 'token' ? this.headersOf(departure.issued) : this.blanks(departure);
      return Object.assign(headers, NO_STORE);
    }
    if (departure.kind === 'blank' || !departure.fresh) return {};
    return { [SET_COOKIE]: this.cookieOf(departure.issued, cookie), ...NO_STORE };
  }

  /** The five headers of a token and the `Authorization` that stands for them all. */
  headersOf(issued: IssuedToken): Record<string, string> {
    const headers = this.fiveHeaders(issued);
    headers[this.config.headersNames.authorization] = `Bearer ${Buffer.from(this.jsonOf(issued)).toString('base64')}`;
    return headers;
  }

  /** Lets the client forget a cookie whose client has ended; nobody else, from a shared cache. */
  clearCookie(response: object): void {
    if (this.clearedCookie === null) return;
    this.set(response, SET_COOKIE, this.clearedCookie);
    this.set(response, CACHE_CONTROL, 'no-store');
  }

  /** The cookie that makes browsers forget theirs; null outside of cookie mode. */
  get clearedCookie(): string | null {
    if (this.config.cookie === null) return null;
    const { name, ...attributes } = this.config.cookie;
    return serialize(name, '', { ...withoutUndefined(attributes), maxAge: 0 });
  }

  set(response: object, name: string, value: string): void {
    const { httpAdapter } = this.host;
    // The application may set cookies of its own.
    if (name === SET_COOKIE) httpAdapter.appendHeader?.(response, name, value);
    else httpAdapter.setHeader(response, name, value);
  }

  /** The value of the cookie that carries a token. */
  cookieOf(issued: IssuedToken, cookie: CookieConfig): string {
    const { name, ...attributes } = cookie;
    const maxAge = Math.floor(this.config.rules.tokenLifespan / 1000);
    return serialize(name, this.jsonOf(issued), { ...withoutUndefined(attributes), maxAge });
  }

  private blanks({ client, uid }: { client: string; uid: string }): Record<string, string> {
    return this.named({ accessToken: '', expiry: '', client, uid: headerSafe(uid) });
  }

  private fiveHeaders({ accessToken, expiry, client, uid }: IssuedToken): Record<string, string> {
    return this.named({ accessToken, expiry: String(expiry), client, uid: headerSafe(uid) });
  }

  /** The five values as JSON under their configured names; inside of it a `uid` needs no encoding. */
  private jsonOf({ accessToken, expiry, client, uid }: IssuedToken): string {
    return JSON.stringify(this.named({ accessToken, expiry: String(expiry), client, uid }));
  }

  private named(values: Record<'accessToken' | 'expiry' | 'client' | 'uid', string>): Record<string, string> {
    const names = this.config.headersNames;
    return {
      [names['access-token']]: values.accessToken,
      [names['token-type']]: 'Bearer',
      [names.client]: values.client,
      [names.expiry]: values.expiry,
      [names.uid]: values.uid,
    };
  }
}

function withoutUndefined({ domain, ...attributes }: Omit<CookieConfig, 'name'>) {
  return domain === undefined ? attributes : { ...attributes, domain };
}
