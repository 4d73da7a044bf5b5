import { describe, expect, it } from 'vitest';
import { readCredentials } from '../../lib/request/credentials-reader.js';
import type { IncomingRequest } from '../../lib/incoming-request.js';
import { resolveOptions, type TokenAuthConfig } from '../../lib/token-auth.config.js';

const DEFAULTS = resolveOptions({});
const ALL = resolveOptions({ cookieEnabled: true, cookieName: 'auth', queryEnabled: true });

/** The three values of a carrier, told apart by its name. */
const of = (carrier: string) => ({ 'access-token': `t-${carrier}`, client: `c-${carrier}`, uid: `u-${carrier}` });
const found = (carrier: string, kind = carrier) => ({
  carrier: kind,
  credentials: { accessToken: `t-${carrier}`, client: `c-${carrier}`, uid: `u-${carrier}` },
});
const bearer = (value: unknown) => `Bearer ${Buffer.from(JSON.stringify(value)).toString('base64')}`;
const cookie = (value: unknown, name = 'auth') => `${name}=${encodeURIComponent(JSON.stringify(value))}`;

function read(request: Partial<IncomingRequest>, config: TokenAuthConfig = ALL) {
  return readCredentials({ headers: {}, ...request }, config);
}

/** Every carrier at once, but the given ones. */
function everywhere(without: readonly string[] = []): Partial<IncomingRequest> {
  const headers: Record<string, string> = without.includes('headers') ? {} : of('headers');
  if (!without.includes('bearer')) headers['authorization'] = bearer(of('bearer'));
  if (!without.includes('cookie')) headers['cookie'] = `a=b; ${cookie(of('cookie'))}; c=d`;
  return { headers, query: without.includes('query') ? {} : of('query') };
}

describe('the order of the carriers', () => {
  const order = ['headers', 'bearer', 'cookie', 'query'];
  it.each(order.map((carrier, index) => [carrier, order.slice(0, index)] as const))('%s', (carrier, without) => {
    expect(read(everywhere(without))).toEqual(found(carrier));
  });

  it('is null without any', () => {
    expect(read(everywhere(order))).toBeNull();
    expect(read({})).toBeNull();
  });

  it('leaves cookie and query alone unless they are enabled', () => {
    expect(read(everywhere(['headers', 'bearer']), DEFAULTS)).toBeNull();
  });

  it.each(['', 'undefined', 'null'])('passes over a carrier whose token is %j', (empty) => {
    const headers = { ...of('headers'), 'access-token': empty, authorization: bearer(of('bearer')) };
    expect(read({ headers })).toEqual(found('bearer'));
  });

  it('takes all three values from the one that has the token', () => {
    const headers = { 'access-token': 't-headers', authorization: bearer(of('bearer')), cookie: cookie(of('cookie')) };
    expect(read({ headers, query: of('query') })).toEqual({
      carrier: 'headers',
      credentials: { accessToken: 't-headers', client: '', uid: '' },
    });
  });

  it.each(['undefined', 'null'])('takes the word %j for an empty value everywhere', (word) => {
    const headers = { 'access-token': 't', client: word, uid: word };
    expect(read({ headers })?.credentials).toEqual({ accessToken: 't', client: '', uid: '' });
  });
});

describe('the Bearer value', () => {
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  it.each<[string, string]>([
    ['as it is sent', bearer(of('bearer'))],
    ['with the scheme in lower case', bearer(of('bearer')).replace('Bearer', 'bearer')],
    ['without padding', bearer(of('bearer')).replace(/=+$/, '')],
  ])('%s', (_, authorization) => {
    expect(read({ headers: { authorization } })).toEqual(found('bearer'));
  });

  it('keeps a uid of any alphabet', () => {
    const authorization = bearer({ ...of('bearer'), uid: '\u6f22' });
    expect(read({ headers: { authorization } })?.credentials.uid).toBe('\u6f22');
  });

  it.each<[string, string]>([
    ['another scheme', bearer(of('x')).replace('Bearer', 'Basic')],
    ['no scheme', bearer(of('x')).replace('Bearer ', '')],
    ['the scheme alone', 'Bearer '],
    ['an opaque token', 'Bearer abc.def.ghi'],
    ['something after it', `${bearer(of('x'))} x`],
    ['no JSON', `Bearer ${encoded('access-token')}`],
    ['JSON cut off', `Bearer ${encoded('{"access-token":"t"')}`],
    ['an array', bearer([of('x')])],
    ['a text', bearer('t')],
    ['a number', bearer(1)],
    ['null', bearer(null)],
    ['a token that is no text', bearer({ ...of('x'), 'access-token': 1 })],
    ['a token in an array', bearer({ ...of('x'), 'access-token': ['t'] })],
    ['values in the prototype', `Bearer ${encoded('{"__proto__":{"access-token":"t","client":"c","uid":"u"}}')}`],
    ['more than 4096 characters', bearer({ ...of('x'), more: 'x'.repeat(4096) })],
  ])('is ignored: %s', (_, authorization) => {
    expect(read({ headers: { authorization } })).toBeNull();
    expect(({} as { uid?: string }).uid).toBeUndefined();
  });
});

describe('the cookie', () => {
  it.each<[string, string]>([
    ['under another name', cookie(of('x'), 'other')],
    ['under a name that ends like it', cookie(of('x'), 'my-auth')],
    ['empty', 'auth='],
    ['no JSON', 'auth=abc'],
    ['broken percent-encoding', 'auth=%7B%zz'],
    ['an array', cookie([of('x')])],
    ['more than 4096 characters', cookie({ ...of('x'), more: 'x'.repeat(4096) })],
  ])('is ignored: %s', (_, header) => {
    expect(read({ headers: { cookie: header } })).toBeNull();
  });
});

describe('values that are no text', () => {
  it.each<[string, unknown]>([
    ['a list', ['t']],
    ['an object', { $ne: '' }],
    ['a number', 0],
    ['true', true],
    ['null', null],
  ])('%s is no token', (_, value) => {
    expect(read({ query: { ...of('query'), 'access-token': value } })).toBeNull();
    expect(read({ query: { ...of('query'), client: value } })?.credentials.client).toBe('');
    expect(read({ query: { ...of('query'), uid: value } })?.credentials.uid).toBe('');
  });

  it.each([undefined, null, 'a=b', 1, []])('a query that is %j holds nothing', (query) => {
    expect(read({ query })).toBeNull();
  });

  it('does not read what an object inherits', () => {
    expect(read({ query: Object.create(of('query')) })).toBeNull();
  });
});

describe('other names', () => {
  const config = resolveOptions({
    cookieEnabled: true,
    cookieName: 'auth',
    queryEnabled: true,
    headersNames: { 'access-token': 'X-Token', client: 'X-Client', uid: 'X-Uid', authorization: 'X-Authorization' },
  });
  const values = { 'X-Token': 't-own', 'X-Client': 'c-own', 'X-Uid': 'u-own' };

  it('count in every carrier, and in lower case in headers', () => {
    const headers = { 'x-token': 't-own', 'x-client': 'c-own', 'x-uid': 'u-own' };
    expect(read({ headers }, config)).toEqual(found('own', 'headers'));
    expect(read({ headers: { 'x-authorization': bearer(values) } }, config)).toEqual(found('own', 'bearer'));
    expect(read({ headers: { cookie: cookie(values) } }, config)).toEqual(found('own', 'cookie'));
    expect(read({ query: values }, config)).toEqual(found('own', 'query'));
  });

  it("replace the protocol's", () => {
    expect(read(everywhere(), config)).toBeNull();
  });
});
