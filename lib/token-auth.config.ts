import { serialize } from 'cookie';
import { toMilliseconds, type Duration } from './duration.js';
import { PROTOCOL_HEADER_NAMES, type HeaderNames } from './header-names.js';
import type { CookieAttributes, TokenAuthOptions } from './token-auth.options.js';
import type { RotationRules } from './tokens/rotation.js';
import type { AnyUser } from './users/token-auth-user.entity.js';

/** Injection token of the {@link TokenAuthConfig}. */
export const TOKEN_AUTH_CONFIG = Symbol('nestjs-token-auth:config');

/** The options with their defaults, checked and frozen; durations in milliseconds. */
export interface TokenAuthConfig {
  readonly rules: RotationRules;
  readonly batchResponse: 'blank' | 'repeat' | 'omit';
  readonly onTokenReuse: 'revoke' | 'reject';
  /** The pepper for new digests first; `''` is none. */
  readonly tokenPeppers: readonly [string, ...string[]];
  readonly maxNumberOfDevices: (user: AnyUser) => number | Promise<number>;
  readonly headersNames: Readonly<HeaderNames>;
  readonly cookie: CookieConfig | null;
  readonly queryEnabled: boolean;
  readonly password: {
    readonly cost: number;
    readonly pepper: string;
    readonly minLength: number;
    readonly queueLimit: number;
  };
  readonly userResponse: ((user: AnyUser) => Record<string, unknown>) | null;
}

export interface CookieConfig extends Required<Omit<CookieAttributes, 'domain'>> {
  readonly name: string;
  readonly domain: string | undefined;
}

/** What is wrong with the options of the module: all of it in one message. */
export class TokenAuthOptionsError extends Error {
  override readonly name = 'TokenAuthOptionsError';

  constructor(readonly faults: readonly string[]) {
    super(
      `TokenAuthModule has been given options it cannot work with:\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
    );
  }
}

/**
 * Applies the defaults and checks everything.
 *
 * @throws TokenAuthOptionsError naming every fault.
 */
export function resolveOptions<U extends AnyUser>(options: TokenAuthOptions<U>): TokenAuthConfig {
  const check = new OptionsCheck(options as TokenAuthOptions);
  const cookieEnabled = check.flag('cookieEnabled', false);
  const rules: RotationRules = {
    rotate: check.flag('changeHeadersOnEachRequest', true),
    tokenLifespan: check.duration('tokenLifespan', '2 weeks', 1000),
    clientLifespan: options.clientLifespan == null ? null : check.duration('clientLifespan', 0, 1000),
    buffer: check.duration('batchRequestBufferThrottle', '5s', 0),
    batchLimit: check.duration('batchRequestLimit', '60s', 0),
    forgiving:
      check.oneOf('lostResponse', ['strict', 'forgiving'], cookieEnabled ? 'forgiving' : 'strict') === 'forgiving',
  };
  if (rules.batchLimit < rules.buffer) {
    check.fault('batchRequestLimit', 'must not be shorter than batchRequestBufferThrottle');
  }
  const config: TokenAuthConfig = {
    rules: Object.freeze(rules),
    batchResponse: check.oneOf('batchResponse', ['blank', 'repeat', 'omit'], 'blank'),
    onTokenReuse: check.oneOf('onTokenReuse', ['revoke', 'reject'], 'revoke'),
    tokenPeppers: check.peppers(),
    maxNumberOfDevices: check.deviceLimit(),
    headersNames: check.headersNames(),
    cookie: cookieEnabled ? check.cookie() : null,
    queryEnabled: check.flag('queryEnabled', false),
    password: Object.freeze({
      cost: check.integer('passwordCost', 12, 4, 31),
      pepper: check.passwordPepper(),
      minLength: check.integer('passwordMinLength', 8, 1, 72),
      queueLimit: check.integer('passwordQueueLimit', 100, 1, Number.MAX_SAFE_INTEGER),
    }),
    userResponse: check.userResponse(),
  };
  check.throwIfFaulty();
  return Object.freeze(config);
}

/** Reads one option after the other and collects what is wrong with them. */
class OptionsCheck {
  private readonly faults: string[] = [];

  constructor(private readonly options: TokenAuthOptions) {
    for (const name of Object.keys(options)) {
      if (!Object.hasOwn(KNOWN_OPTIONS, name)) this.fault(name, 'is not an option of this module');
    }
  }

  fault(option: string, message: string): void {
    this.faults.push(`${option} ${message}`);
  }

  throwIfFaulty(): void {
    if (this.faults.length > 0) throw new TokenAuthOptionsError(this.faults);
  }

  flag(name: 'changeHeadersOnEachRequest' | 'cookieEnabled' | 'queryEnabled', byDefault: boolean): boolean {
    const value: unknown = this.options[name] ?? byDefault;
    if (typeof value !== 'boolean') this.fault(name, 'must be true or false');
    return value === true;
  }

  oneOf<V extends string>(name: keyof TokenAuthOptions, allowed: readonly V[], byDefault: V): V {
    const value = (this.options[name] ?? byDefault) as V;
    if (!allowed.includes(value)) this.fault(name, `must be one of ${allowed.map((each) => `'${each}'`).join(', ')}`);
    return value;
  }

  integer(name: keyof TokenAuthOptions, byDefault: number, least: number, most: number): number {
    const value = (this.options[name] ?? byDefault) as number;
    if (!Number.isInteger(value) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
      this.fault(name, `must be a whole number ${range}`);
    }
    return value;
  }

  /** In ms; NaN where it is faulty, which is neither longer nor shorter than another one. */
  duration(name: keyof TokenAuthOptions, byDefault: Duration, least: number): number {
    try {
      const value = toMilliseconds((this.options[name] ?? byDefault) as Duration);
      if (value >= least) return value;
      this.fault(name, `must be at least ${least} ms`);
    } catch (error) {
      this.fault(name, `must be a duration: ${(error as Error).message}`);
    }
    return Number.NaN;
  }

  peppers(): readonly [string, ...string[]] {
    const given: unknown = this.options.tokenPepper ?? '';
    const list: unknown[] = Array.isArray(given) ? given : [given];
    const isList = Array.isArray(given);
    if (list.length === 0) this.fault('tokenPepper', 'must name at least one pepper');
    for (const pepper of list) {
      // The value itself stays out of the message: it is a secret.
      if (typeof pepper !== 'string') this.fault('tokenPepper', 'must be a text or a list of texts');
      else if (pepper.length < 32 && !(pepper === '' && (isList || this.options.tokenPepper === undefined))) {
        this.fault('tokenPepper', 'must have at least 32 characters');
      }
    }
    const [first = '', ...others] = list as string[];
    return Object.freeze([first, ...others]) as unknown as readonly [string, ...string[]];
  }

  deviceLimit(): TokenAuthConfig['maxNumberOfDevices'] {
    const limit = this.options.maxNumberOfDevices ?? 10;
    if (typeof limit === 'function') return limit;
    if (!Number.isInteger(limit) || limit < 1) {
      this.fault('maxNumberOfDevices', 'must be a whole number of 1 or more, or a function of the user');
    }
    return () => limit;
  }

  headersNames(): Readonly<HeaderNames> {
    const names: Record<string, unknown> = { ...PROTOCOL_HEADER_NAMES };
    for (const [key, name] of Object.entries(this.options.headersNames ?? {})) {
      if (!(key in PROTOCOL_HEADER_NAMES)) this.fault('headersNames', `knows no header '${key}'`);
      else if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) {
        this.fault('headersNames', `gives '${key}' a name that no header can have`);
      } else names[key] = name;
    }
    const used = Object.values(names).map((name) => String(name).toLowerCase());
    if (new Set(used).size < used.length) this.fault('headersNames', 'gives two headers the same name');
    return Object.freeze(names) as unknown as Readonly<HeaderNames>;
  }

  passwordPepper(): string {
    const pepper: unknown = this.options.passwordPepper ?? '';
    if (typeof pepper !== 'string') this.fault('passwordPepper', 'must be a text');
    return pepper as string;
  }

  userResponse(): TokenAuthConfig['userResponse'] {
    const given = this.options.userResponse ?? null;
    if (given !== null && typeof given !== 'function') this.fault('userResponse', 'must be a function of the user');
    return given;
  }

  cookie(): CookieConfig {
    const {
      domain,
      path = '/',
      secure = true,
      httpOnly = true,
      sameSite = 'lax',
      ...unknown
    } = this.options.cookieAttributes ?? {};
    for (const key of Object.keys(unknown)) this.fault('cookieAttributes', `knows no attribute '${key}'`);
    const hostOnly = domain === undefined && path === '/' && secure;
    const name: unknown = this.options.cookieName ?? (hostOnly ? '__Host-auth_cookie' : 'auth_cookie');
    if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) {
      this.fault('cookieName', 'must be a name that a cookie can have');
    } else if (name.startsWith('__Host-') && !hostOnly) {
      this.fault('cookieName', "starts with '__Host-', which needs secure, path '/' and no domain");
    }
    for (const [key, value] of Object.entries({ secure, httpOnly })) {
      if (typeof value !== 'boolean') this.fault('cookieAttributes', `must say true or false for '${key}'`);
    }
    try {
      serialize('name', '', { path, sameSite, ...(domain === undefined ? {} : { domain }) });
    } catch (error) {
      this.fault('cookieAttributes', `cannot be sent: ${(error as Error).message}`);
    }
    if (sameSite === 'none' && !secure) this.fault('cookieAttributes', "with sameSite 'none' must be secure");
    return Object.freeze({ name: name as string, domain, path, secure, httpOnly, sameSite });
  }
}

/** An object, so that the compiler reports an option that is missing here. */
const KNOWN_OPTIONS = {
  changeHeadersOnEachRequest: true,
  tokenLifespan: true,
  clientLifespan: true,
  batchRequestBufferThrottle: true,
  batchRequestLimit: true,
  batchResponse: true,
  lostResponse: true,
  onTokenReuse: true,
  tokenPepper: true,
  maxNumberOfDevices: true,
  headersNames: true,
  cookieEnabled: true,
  cookieName: true,
  cookieAttributes: true,
  queryEnabled: true,
  passwordCost: true,
  passwordPepper: true,
  passwordMinLength: true,
  passwordQueueLimit: true,
  userResponse: true,
} satisfies Record<keyof TokenAuthOptions, true>;
