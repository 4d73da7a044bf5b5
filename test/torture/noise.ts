import type { Random } from './random.js';

/** The three values that sign a request. */
export interface Triple {
  readonly uid: string;
  readonly client: string;
  readonly 'access-token': string;
}

/** A request that signs as nobody. */
export interface Noise {
  /** As it is written to the socket, in Latin-1. */
  readonly bytes: string;
  /** Whether the endpoint lets strangers do something. */
  readonly isOpen: boolean;
  /** Whether it is no HTTP, so that a server may hang up. */
  readonly isBroken: boolean;
  /** Whether what follows on its connection could be taken for a part of it. */
  readonly isLast: boolean;
}

/** Where noise is sent to, and whether a stranger can get a 2xx there. */
const ENDPOINTS: readonly (readonly [method: string, path: string, isOpen?: true])[] = [
  ['GET', '/members'],
  ['GET', '/members'],
  ['GET', '/members'],
  ['GET', '/guests', true],
  ['POST', '/auth', true],
  ['PUT', '/auth'],
  ['PATCH', '/auth'],
  ['DELETE', '/auth'],
  ['POST', '/auth/sign_in'],
  ['GET', '/auth/sign_in'],
  ['DELETE', '/auth/sign_out'],
  ['GET', '/auth/validate_token'],
  ['POST', '/auth/password', true],
  ['GET', '/auth/password/edit'],
  ['PUT', '/auth/password'],
  ['PATCH', '/auth/password'],
  ['POST', '/auth/confirmation', true],
  ['GET', '/auth/confirmation'],
  ['POST', '/auth/unlock', true],
  ['GET', '/auth/unlock'],
  ['GET', '/auth/clients'],
  ['DELETE', '/auth/clients'],
  ['DELETE', '/auth/clients/:any'],
  ['GET', '/auth/acme', true],
  ['GET', '/auth/acme/callback', true],
  ['POST', '/auth/acme/callback', true],
  ['GET', '/auth/failure', true],
  ['GET', '/auth/:any'],
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH', 'PURGE'];
const CONTENT_TYPES = [
  'application/json',
  'application/json',
  'application/json; charset=utf-16',
  'application/json; charset=koi8-x',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=iso-8859-1',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/xml',
  'application/vnd.api+json',
  'application/json/json;;=',
  '',
];
const NAMES = [
  'email',
  'password',
  'password_confirmation',
  'current_password',
  'reset_password_token',
  'confirmation_token',
  'unlock_token',
  'redirect_url',
  'confirm_success_url',
  'config',
  'config_name',
  'unbatch',
  'state',
  'code',
  'message',
  'auth_origin_url',
  'omniauth_window_type',
  'resource_class',
  'locale',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'user',
  'id',
  'uid',
  'provider',
  'authEpoch',
  'encryptedPassword',
];
const TEXTS = [
  '',
  ' ',
  '\0',
  'null',
  'undefined',
  'true',
  '0',
  '1',
  '-1',
  '1e999',
  'NaN',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  `' OR '1'='1`,
  '") OR 1=1 --',
  '%',
  '_',
  '%00',
  '%ff%fe',
  '%E0%A4%A',
  '\ud800',
  'ａｄｍｉｎ@example.com',
  'vіctim-1-ä@example.com',
  'stranger@example.com',
  'javascript:alert(1)',
  '//evil.example',
  'https://app.example.com@evil.example/',
  'https://app.example.com/welcome',
  'correct horse battery',
  '🦊'.repeat(40),
  '{{7*7}}',
  '${jndi:ldap://x}',
  '\r\nset-cookie: a=b',
];

/** Makes requests that nobody should be taken for somebody by. */
export class NoiseMaker {
  constructor(
    private readonly random: Random,
    private readonly victims: readonly Triple[],
    private readonly isCookieMode: boolean,
  ) {}

  next(): Noise {
    const { random } = this;
    const [method, path] = random.pick(ENDPOINTS);
    const signature = this.signature(path === '/auth/sign_out');
    const verb = random.chance(0.06) ? random.pick(METHODS) : method;
    const target = this.target(path) + this.query(signature.query);
    const { type, body } = verb === 'GET' && random.chance(0.8) ? { type: null, body: '' } : this.body(signature.body);
    const odd = this.oddLines();
    const lines = [...signature.lines, ...(type === null ? [] : [`Content-Type: ${type}`]), ...odd];
    const isBroken = random.chance(0.03);
    const length = body === '' && type === null ? [] : [`Content-Length: ${body.length}`];
    const head = [`${verb} ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...lines, ...length].map(singleLine);
    const bytes = `${head.join('\r\n')}\r\n\r\n${body}`;
    return {
      bytes: isBroken ? this.broken(bytes) : bytes,
      isOpen: isOpenTo(verb, path),
      isBroken,
      isLast: isBroken || odd.length > 0,
    };
  }

  /** Credentials that are none, in one carrier or in several. */
  private signature(isSignOut: boolean): { lines: string[]; query: object; body: object } {
    const { random } = this;
    const bad = this.badTriple(isSignOut);
    const json = JSON.stringify(random.chance(0.1) ? this.wrapped(bad) : bad);
    const victim = random.pick(this.victims);
    switch (random.below(9)) {
      case 0:
      case 1:
        return { lines: headersOf(bad), query: {}, body: {} };
      case 2:
        return { lines: [`Authorization: Bearer ${this.base64(json)}`], query: {}, body: {} };
      case 3:
        return { lines: [`Cookie: ${this.cookie(json)}`], query: {}, body: {} };
      case 4:
        return { lines: [], query: bad, body: {} };
      case 5:
        // A valid one that a worse one in a carrier before it hides.
        return {
          lines: [...headersOf({ ...victim, 'access-token': this.mutated(victim['access-token']) }), bearerOf(victim)],
          query: {},
          body: {},
        };
      case 6:
        // Twice, and the first one is worse.
        return { lines: [...headersOf(bad), ...headersOf({ ...victim, client: 'x' })], query: {}, body: {} };
      case 7:
        // Where nothing is read from.
        return { lines: [], query: { user: victim }, body: { ...victim } };
      default:
        return { lines: [], query: {}, body: {} };
    }
  }

  /** At least one of the three is not what this client was told. Signing out takes any `uid`. */
  private badTriple(isSignOut: boolean): Record<string, unknown> {
    const { random } = this;
    const victim: Record<string, unknown> = { ...random.pick(this.victims) };
    const other = random.pick(this.victims.filter(({ client }) => client !== victim['client']));
    const parts = isSignOut ? (['access-token', 'client'] as const) : (['access-token', 'client', 'uid'] as const);
    const part = random.pick(parts);
    const stranger = other.uid === victim['uid'] ? 'stranger@example.com' : other.uid;
    const good = String(victim[part]);
    victim[part] = random.pick<() => unknown>([
      () => (part === 'uid' ? stranger : other[part]),
      () => this.mutated(good),
      () => this.mutated(good),
      () => random.pick(TEXTS),
      () => random.bytes(random.below(80)),
      () => [good],
      () => ({ [random.pick(NAMES)]: good }),
      () => random.below(1e9),
      () => 'a'.repeat(random.pick([4097, 7000])),
      () => undefined,
    ])();
    return victim;
  }

  /** Another text, also where white space at its ends does not count. */
  private mutated(text: string): string {
    const at = this.random.below(text.length);
    const before = text.slice(0, at);
    const behind = text.slice(at + 1);
    const letter = text.charAt(at);
    return this.random.pick<() => string>([
      () => `${before}${letter === 'A' ? 'B' : 'A'}${behind}`,
      () => `${before}${behind}` + '!',
      () => `${before}${letter}\0${behind}`,
      () => `${before}${letter}\u00e9${behind}`,
      () => `${text}x`,
      () => `x${text}`,
      () => `${text}, ${text}`,
      () => (/[a-z]/.test(text) ? `${text.toUpperCase()}` : `${text.toLowerCase()}~`),
    ])();
  }

  private wrapped(values: object): unknown {
    return this.random.pick<() => unknown>([
      () => [values],
      () => ({ credentials: values }),
      () => JSON.stringify(values),
      () => null,
      () => nested(this.random.pick([10, 2000])),
    ])();
  }

  private base64(json: string): string {
    const encoded = Buffer.from(json, this.random.chance(0.1) ? 'utf16le' : 'utf8').toString('base64');
    if (this.random.chance(0.85)) return encoded;
    return this.random.pick([encoded.slice(1), `${encoded}=`, encoded.replace(/[A-Z]/, '*'), `${encoded} ${encoded}`]);
  }

  private cookie(json: string): string {
    const name =
      this.isCookieMode && this.random.chance(0.9)
        ? '__Host-auth_cookie'
        : this.random.pick(['auth_cookie', '__proto__', '']);
    const value = this.random.chance(0.85) ? encodeURIComponent(wellFormed(json)) : this.random.bytes(60);
    return this.random.chance(0.1) ? `${name}=x; ${name}=${value}` : `${name}=${value}`;
  }

  private target(path: string): string {
    const filled = path.replace(':any', () => encodeURIComponent(wellFormed(this.text().slice(0, 200))) || 'x');
    if (this.random.chance(0.95)) return filled;
    return this.random.pick([
      `${filled}/`,
      `/${filled}`,
      filled.replace('auth', 'au%74h'),
      filled.toUpperCase(),
      `${filled}%00`,
      `${filled}%ff`,
      `${filled}/%2e%2e/members`,
      `${filled};a=b`,
      `http://127.0.0.1${filled}`,
      `${filled}/${'a'.repeat(3000)}`,
    ]);
  }

  private query(values: object): string {
    const pairs = Object.entries(values).flatMap(([name, value]) => this.pairsOf(name, value));
    for (let count = this.random.below(3); count > 0; count--) pairs.push(...this.pairsOf(this.name(), this.value(2)));
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  }

  /** Form-urlencoded, with arrays and objects as `qs` reads them. */
  private pairsOf(name: string, value: unknown): string[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.flatMap((each) => this.pairsOf(`${name}[]`, each));
    if (typeof value === 'object' && value !== null) {
      return Object.entries(value).flatMap(([key, each]) => this.pairsOf(`${name}[${key}]`, each));
    }
    const encoded = encodeURIComponent(wellFormed(typeof value === 'string' ? value : JSON.stringify(value)));
    const odd = this.random.chance(0.03) ? this.random.pick(['%', '%zz', '%ff', '%00', '+', '=']) : '';
    return [`${encodeURIComponent(wellFormed(name))}=${encoded}${odd}`];
  }

  private body(values: object): { type: string | null; body: string } {
    const { random } = this;
    const type = random.pick(CONTENT_TYPES);
    const fields: Record<string, unknown> = { ...values };
    for (let count = random.below(5); count > 0; count--) define(fields, this.name(), this.value(3));
    if (type.includes('urlencoded')) {
      return {
        type,
        body: Object.entries(fields)
          .flatMap(([name, value]) => this.pairsOf(name, value))
          .join('&'),
      };
    }
    return { type, body: this.json(fields) };
  }

  private json(fields: object): string {
    const { random } = this;
    const good = Buffer.from(JSON.stringify(fields)).toString('latin1');
    if (random.chance(0.75)) return good;
    return random.pick<() => string>([
      () => good.slice(0, random.below(good.length)),
      () => random.bytes(random.below(400)),
      () => JSON.stringify([fields]),
      () => JSON.stringify(random.pick(TEXTS)),
      () => '"',
      () => 'null',
      () => nested(random.pick([50, 5000])),
      () => `{"email":"${'a'.repeat(random.pick([10_000, 120_000]))}@example.com","password":"correct horse"}`,
      () => '{"__proto__":{"email":"a@example.com","password":"correct horse"},"constructor":{"prototype":{"uid":1}}}',
      () => `{"email":"a@example.com","email":["b@example.com"],"password":12345678}`,
      () => '{"email":"\\ud800@example.com","password":"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}',
    ])();
  }

  private oddLines(): string[] {
    if (this.random.chance(0.8)) return [];
    return this.random.pick([
      [`Accept-Language: ${'de,'.repeat(300)}`],
      [`X-Forwarded-For: ${this.random.bytes(20)}`],
      ['Transfer-Encoding: gzip'],
      ['Content-Encoding: gzip'],
      ['Expect: 100-continue-never'],
      ['Upgrade: h2c', 'Connection: Upgrade'],
      ['Content-Type: application/json', 'Content-Type: text/plain'],
      [`User-Agent: ${'x'.repeat(5000)}`],
      ['Origin: null', 'Sec-Fetch-Site: cross-site'],
      ['Cookie: =; ;;; a; __proto__=1; __Host-auth_cookie'],
      [`token-type: ${this.random.bytes(10)}`, 'expiry: -1'],
      ['X-HTTP-Method-Override: DELETE'],
      ['uid: a', 'uid: b', 'client: c', 'client: d', 'access-token: e', 'access-token: f'],
    ]);
  }

  private broken(bytes: string): string {
    return this.random.pick<() => string>([
      // Servers pass over empty lines, and wait for what comes after them.
      () => `x${this.random.bytes(this.random.below(300))}\r\n\r\n`,
      () => bytes.replace('HTTP/1.1', 'HTTP/9.9'),
      () => bytes.replace('\r\n', '\r\n no-name\r\n'),
      () => bytes.replace('\r\n', `\r\nx: ${'y'.repeat(20_000)}\r\n`),
      () => bytes.replace('\r\n', '\r\naccess-token: \0\r\n'),
      () => bytes.replace(/Content-Length: \d+/, 'Content-Length: -5'),
      () => bytes.replace('Host:', 'Content-Length: 1\r\nContent-Length: 2\r\nHost:'),
    ])();
  }

  private name(): string {
    return this.random.chance(0.95) ? this.random.pick(NAMES) : this.text();
  }

  private text(): string {
    return this.random.chance(0.8) ? this.random.pick(TEXTS) : this.random.bytes(this.random.below(60));
  }

  private value(depth: number): unknown {
    const { random } = this;
    if (depth === 0 || random.chance(0.6)) return this.text();
    return random.pick<() => unknown>([
      () => null,
      () => random.chance(0.5),
      () => random.pick([0, -1, 1.5, 1e308, 2 ** 53]),
      () => Array.from({ length: random.below(4) }, () => this.value(depth - 1)),
      () => define({}, this.name(), this.value(depth - 1)),
      () => 'x'.repeat(random.pick([73, 256, 5000])),
    ])();
  }
}

/** Whether a stranger can get a 2xx; a HEAD of the link of a mail does nothing, for those who look at links beforehand. */
function isOpenTo(verb: string, path: string): boolean {
  const isLink = ['/auth/confirmation', '/auth/unlock', '/auth/password/edit'].includes(path);
  if (verb === 'OPTIONS' || path.includes(':any') || (verb === 'HEAD' && isLink)) return true;
  const method = verb === 'HEAD' ? 'GET' : verb;
  return ENDPOINTS.some(([each, at, isOpen]) => isOpen === true && each === method && at === path);
}

/** As a property of its own, also under the name of a prototype. */
function define<T extends object>(owner: T, name: string, value: unknown): T {
  return Object.defineProperty(owner, name, { value, enumerable: true, configurable: true, writable: true });
}

function headersOf(values: Record<string, unknown>): string[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

function bearerOf(values: object): string {
  return `Authorization: Bearer ${Buffer.from(JSON.stringify(values)).toString('base64')}`;
}

/** Arrays in arrays, as JSON. */
function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** Without lone surrogates, which cannot be percent-encoded. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '?');
}

/** Headers end at a line break. */
function singleLine(line: string): string {
  return line.replace(/[\r\n]/g, ' ');
}
