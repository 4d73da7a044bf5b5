import { describe, expect, it } from 'vitest';
import { controllersFor } from '../../lib/accounts/endpoints.js';
import { CrossSiteGuard } from '../../lib/accounts/cross-site.guard.js';
import { isCrossSite } from '../../lib/request/cross-site.js';
import { TokenAuthGuard } from '../../lib/request/token-auth.guard.js';
import { TokenAuthUser } from '../../lib/users/token-auth-user.entity.js';

const TRUSTED = ['https://app.example.com', 'http://localhost:5173'];
const HOST = 'api.example.com';

type Headers = Record<string, string | string[] | undefined>;

function refuses(headers: Headers, method: string | undefined = 'POST'): boolean {
  return isCrossSite({ method, headers: { host: HOST, ...headers } }, TRUSTED);
}

const FOREIGN = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.com' };

describe('a request of another origin', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('passes when it only reads: %s', (method) => {
    expect(refuses(FOREIGN, method)).toBe(false);
    expect(refuses({ origin: 'null' }, method)).toBe(false);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'CONNECT', 'PROPFIND', 'get', '', undefined])(
    'is refused when it can change something: %s',
    (method) => {
      expect(isCrossSite({ method, headers: { host: HOST, ...FOREIGN } }, TRUSTED)).toBe(true);
      expect(isCrossSite({ method, headers: { host: HOST, origin: 'https://evil.com' } }, TRUSTED)).toBe(true);
    },
  );

  it('is refused where the request has no method, as in the handshakes of sockets', () => {
    expect(isCrossSite({ headers: { host: HOST, ...FOREIGN } }, TRUSTED)).toBe(true);
    expect(isCrossSite({ headers: { host: HOST, origin: `https://${HOST}` } }, TRUSTED)).toBe(false);
  });
});

describe('a request that can change something', () => {
  const passing: Headers[] = [
    // Pages of this origin, and people.
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-origin', origin: `https://${HOST}` },
    // A proxy changes the host; a form of a page without referrers has no origin.
    { 'sec-fetch-site': 'same-origin', origin: 'https://www.example.com' },
    { 'sec-fetch-site': 'same-origin', origin: 'null' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'none', origin: 'null' },
    // Pages that are trusted.
    { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' },
    { 'sec-fetch-site': 'same-site', origin: 'https://app.example.com' },
    { 'sec-fetch-site': '', origin: 'https://app.example.com' },
    { origin: 'https://app.example.com' },
    { origin: 'http://localhost:5173' },
    // No browsers.
    {},
    { origin: '' },
    { 'sec-fetch-site': '' },
    { 'sec-fetch-site': '', origin: '' },
    { origin: undefined, 'sec-fetch-site': undefined },
    { host: undefined },
    // Old browsers and pages without TLS.
    { origin: `https://${HOST}` },
    { origin: `http://${HOST}` },
    { origin: `https://${HOST}`, 'sec-fetch-site': '' },
    { origin: 'http://localhost:3000', host: 'localhost:3000' },
    { origin: 'http://[::1]:3000', host: '[::1]:3000' },
    { origin: 'https://xn--bcher-kva.example', host: 'xn--bcher-kva.example' },
    // HTTP/2.
    { origin: `https://${HOST}`, host: undefined, ':authority': HOST },
  ];
  it.each(passing)('passes with %j', (headers) => {
    expect(refuses(headers)).toBe(false);
  });

  const refused: Headers[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.com' },
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
    { 'sec-fetch-site': 'cross-site', origin: `https://${HOST}` },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://other.example.com' },
    { 'sec-fetch-site': 'same-site', origin: `https://${HOST}:8443` },
    // What no browser says of a request of the same origin.
    { 'sec-fetch-site': 'Same-Origin' },
    { 'sec-fetch-site': 'same-origin ' },
    { 'sec-fetch-site': ' ' },
    { 'sec-fetch-site': 'same-origin, same-origin' },
    { 'sec-fetch-site': 'same-origin, cross-site' },
    { 'sec-fetch-site': 'none;q=1' },
    { 'sec-fetch-site': '"none"' },
    { 'sec-fetch-site': ['same-origin'] },
    { 'sec-fetch-site': ['none', 'cross-site'] },
    { 'sec-fetch-site': [] },
    // Old browsers.
    { origin: 'https://evil.com' },
    { origin: 'null' },
    { origin: 'NULL' },
    { origin: `https://${HOST}.evil.com` },
    { origin: `https://evil${HOST}` },
    { origin: `https://${HOST}:8443` },
    { origin: 'https://example.com' },
    { origin: 'http://localhost:3001', host: 'localhost:3000' },
    { origin: 'http://localhost', host: 'localhost:3000' },
    { origin: 'chrome-extension://abcdefgh' },
    { origin: 'capacitor://localhost', host: 'localhost' },
    // No origins.
    { origin: `https://${HOST}/` },
    { origin: `https://${HOST}/path` },
    { origin: `https://user@${HOST}` },
    { origin: `HTTPS://${HOST.toUpperCase()}` },
    { origin: ` https://${HOST}` },
    { origin: `https:${HOST}` },
    { origin: `//${HOST}` },
    { origin: HOST },
    { origin: `https://${HOST}, https://${HOST}` },
    { origin: `https://${HOST}, https://evil.com` },
    { origin: `https://evil.com https://${HOST}` },
    { origin: [`https://${HOST}`] },
    { origin: [] },
    // Nearly trusted.
    { origin: 'https://app.example.com/' },
    { origin: 'https://app.example.com:443' },
    { origin: 'http://app.example.com' },
    { origin: 'https://APP.example.com' },
    { origin: 'https://app.example.com.evil.com' },
    { origin: 'https://app.example.com, https://evil.com' },
    { origin: ['https://app.example.com'] },
    // No host, or none that is one.
    { origin: `https://${HOST}`, host: undefined },
    { origin: `https://${HOST}`, host: '' },
    { origin: `https://${HOST}`, host: `${HOST}, evil.com` },
    { origin: `https://${HOST}`, host: `user@${HOST}` },
    { origin: 'null', host: 'null' },
    { origin: 'null', host: '' },
  ];
  it.each(refused)('is refused with %j', (headers) => {
    expect(refuses(headers)).toBe(true);
  });

  it('trusts nobody by default', () => {
    const headers = { host: HOST, origin: 'https://app.example.com', 'sec-fetch-site': 'same-site' };
    expect(isCrossSite({ method: 'POST', headers }, [])).toBe(true);
  });
});

class Users extends TokenAuthUser {}

describe('the endpoints', () => {
  it.each(controllersFor('auth', true, Users).map((controller) => [controller.name, controller] as const))(
    'of %s are guarded against other origins before anything else',
    (_, controller) => {
      const guards = Reflect.getMetadata('__guards__', controller) as Function[];
      expect(guards[0]).toBe(CrossSiteGuard);
      expect(guards.filter((guard) => guard === CrossSiteGuard)).toHaveLength(1);
    },
  );

  it('keep their own guards', () => {
    const guards = controllersFor('auth', { signIn: false }, Users).map(
      (controller) => Reflect.getMetadata('__guards__', controller) as Function[],
    );
    expect(guards).toContainEqual([CrossSiteGuard, TokenAuthGuard]);
  });
});
