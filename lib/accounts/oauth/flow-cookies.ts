import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { parse, serialize } from 'cookie';
import type { IncomingRequest } from '../../incoming-request.js';
import { AuthHeaders } from '../../request/auth-headers.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../../token-auth.config.js';
import { TOKEN_AUTH_CLOCK, type Clock } from '../../tokens/clock.js';
import { windowType, type SignInFlow } from './sign-in-flow.js';

/** How long a sign-in may take, in ms. */
const LIFESPAN = 600_000;
/** How many sign-ins of one browser may be on their way: more cookies would not fit into its requests. */
const MOST = 4;
/** In characters. */
const LONGEST = 3000;

/** Nonce, PKCE verifier, window, where it ends, `config_name`, sign-up values, and when it began. */
type Content = [string, string, string, string, string | null, Record<string, unknown>, number];

/**
 * Keeps sign-ins while a provider has the browser: each in a short-lived cookie of its own, so that several tabs can
 * sign in at once, named after its `state`, provider and endpoints. Nothing is kept on the server. Whoever writes into
 * the cookies of their own browser deceives only themselves: what counts is checked once more, and the rest the
 * provider checks.
 */
@Injectable()
export class FlowCookies {
  private readonly prefix: string;

  constructor(
    @Inject(AuthHeaders) private readonly headers: AuthHeaders,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
    @Inject(TOKEN_AUTH_CLOCK) private readonly clock: Clock,
  ) {
    // Browsers take a cookie of this name from nobody but this very host, and only by TLS.
    this.prefix = this.isSecure ? '__Host-oauth_' : 'oauth_';
  }

  /** @returns false where it does not fit into a cookie. */
  keep(provider: string, flow: SignInFlow, request: IncomingRequest, response: object): boolean {
    const { checks, window, originUrl, config, values } = flow;
    const content: Content = [checks.nonce, checks.verifier, window, originUrl, config, values, this.clock.now()];
    const value = Buffer.from(JSON.stringify(content)).toString('base64url');
    if (value.length > LONGEST) return false;
    this.dropOldest(request, response);
    this.set(response, this.nameOf(provider, checks.state), value, LIFESPAN / 1000);
    return true;
  }

  /** The sign-in that a `state` belongs to; at most once, for a state that is shown again finds no cookie. */
  take(provider: string, state: unknown, request: IncomingRequest, response: object): SignInFlow | null {
    if (typeof state !== 'string') return null;
    const name = this.nameOf(provider, state);
    const content = this.contentOf(cookiesOf(request)[name]);
    if (content === null) return null;
    this.set(response, name, '', 0);
    const [nonce, verifier, window, originUrl, config, values, begunAt] = content;
    if (this.clock.now() > begunAt + LIFESPAN || !this.config.redirects.allowlist.allows(originUrl)) return null;
    return { checks: { state, nonce, verifier }, window: windowType(window), originUrl, config, values };
  }

  private dropOldest(request: IncomingRequest, response: object): void {
    const others = Object.entries(cookiesOf(request))
      .filter(([name]) => name.startsWith(this.prefix))
      .map(([name, value]) => ({ name, begunAt: this.contentOf(value)?.[6] ?? 0 }))
      .toSorted((a, b) => b.begunAt - a.begunAt);
    for (const { name } of others.slice(MOST - 1)) this.set(response, name, '', 0);
  }

  private set(response: object, name: string, value: string, maxAge: number): void {
    const path = this.isSecure ? '/' : new URL(this.config.publicUrl as string).pathname;
    // Lax, because the browser comes back from the provider's site.
    const cookie = serialize(name, value, { httpOnly: true, sameSite: 'lax', secure: this.isSecure, path, maxAge });
    this.headers.set(response, 'Set-Cookie', cookie);
  }

  private contentOf(value: string | undefined): Content | null {
    if (value === undefined || value.length > LONGEST) return null;
    try {
      const content = JSON.parse(Buffer.from(value, 'base64url').toString()) as unknown;
      return isContent(content) ? content : null;
    } catch {
      return null;
    }
  }

  private nameOf(provider: string, state: string): string {
    const digest = createHash('sha256').update(`${this.config.publicUrl}\0${provider}\0${state}`);
    return this.prefix + digest.digest('hex').slice(0, 32);
  }

  private get isSecure(): boolean {
    return this.config.publicUrl?.startsWith('https:') === true;
  }
}

function cookiesOf({ headers }: IncomingRequest): Record<string, string | undefined> {
  const { cookie } = headers;
  return typeof cookie === 'string' ? parse(cookie) : {};
}

function isContent(content: unknown): content is Content {
  if (!Array.isArray(content) || content.length !== 7) return false;
  const [nonce, verifier, window, originUrl, config, values, begunAt] = content as unknown[];
  const texts = [nonce, verifier, window, originUrl, config ?? ''];
  const isMap = typeof values === 'object' && values !== null && !Array.isArray(values);
  return texts.every((each) => typeof each === 'string') && isMap && Number.isFinite(begunAt);
}
