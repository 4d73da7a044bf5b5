import { describe, expect, it } from 'vitest';
import { redirectUrl } from '../../lib/redirects/redirect-url.js';

const VALUES = { uid: 'p@x.com', token: 'abc_-', client_id: 'c1', expiry: '1700000000', config: 'default' };
const QUERY = 'client_id=c1&config=default&expiry=1700000000&token=abc_-&uid=p%40x.com';

describe('a redirect', () => {
  it('carries its parameters sorted by name', () => {
    const names = ['token', 'uid', 'expiry', 'access-token', 'client_id', 'client', 'reset_password_token', 'config'];
    const url = redirectUrl('https://app.example.com/', {
      ...Object.fromEntries(names.map((name) => [name, '1'])),
      reset_password: 'true',
    });
    expect([...new URL(url).searchParams.keys()]).toEqual([
      'access-token',
      'client',
      'client_id',
      'config',
      'expiry',
      'reset_password',
      'reset_password_token',
      'token',
      'uid',
    ]);
  });

  it.each([
    ['p@x.com', 'p%40x.com'],
    ['a+b@x.com', 'a%2Bb%40x.com'],
    ['a b', 'a+b'],
    ['ä&=?#/%', '%C3%A4%26%3D%3F%23%2F%25'],
    ['a\r\nb', 'a%0D%0Ab'],
    ['', ''],
  ])('carries %j form-encoded', (value, encoded) => {
    expect(redirectUrl('https://app.example.com/', { uid: value })).toBe(`https://app.example.com/?uid=${encoded}`);
  });

  it.each([
    ['https://app.example.com', `https://app.example.com/?${QUERY}`],
    ['https://app.example.com/', `https://app.example.com/?${QUERY}`],
    ['https://app.example.com/a/b', `https://app.example.com/a/b?${QUERY}`],
    ['https://app.example.com/?', `https://app.example.com/?${QUERY}`],
    ['HTTPS://App.Example.com:443/', `https://app.example.com/?${QUERY}`],
    ['http://app.example.com:80/', `http://app.example.com/?${QUERY}`],
    ['https://app.example.com:8443/', `https://app.example.com:8443/?${QUERY}`],
    ['http://[::1]:3000/', `http://[::1]:3000/?${QUERY}`],
    ['myapp://reset', `myapp://reset?${QUERY}`],
    ['myapp://reset/done?a=1', `myapp://reset/done?a=1&${QUERY}`],
    ['myapp:///reset', `myapp:///reset?${QUERY}`],
    // What it has goes first, as it was written.
    ['https://app.example.com/?b=2&a=1', `https://app.example.com/?b=2&a=1&${QUERY}`],
    ['https://app.example.com/?q=a+b%20c&r=%C3%A4&flag', `https://app.example.com/?q=a+b%20c&r=%C3%A4&flag&${QUERY}`],
    ['https://app.example.com/?next=/a?b=1', `https://app.example.com/?next=/a?b=1&${QUERY}`],
    // The whole query once more behind a fragment.
    ['https://app.example.com/#', `https://app.example.com/?${QUERY}#?${QUERY}`],
    ['https://app.example.com/#/reset', `https://app.example.com/?${QUERY}#/reset?${QUERY}`],
    ['https://app.example.com/#!/reset', `https://app.example.com/?${QUERY}#!/reset?${QUERY}`],
    ['https://app.example.com/?a=1#/reset', `https://app.example.com/?a=1&${QUERY}#/reset?a=1&${QUERY}`],
    ['https://app.example.com/#/reset?b=2', `https://app.example.com/?${QUERY}#/reset?b=2&${QUERY}`],
    ['https://app.example.com/?a=1#/reset?b=2', `https://app.example.com/?a=1&${QUERY}#/reset?b=2&a=1&${QUERY}`],
    ['https://app.example.com/#/a#/b', `https://app.example.com/?${QUERY}#/a#/b?${QUERY}`],
    ['myapp://reset#/in', `myapp://reset?${QUERY}#/in?${QUERY}`],
  ])('to %s leads to %s', (base, url) => {
    expect(redirectUrl(base, VALUES)).toBe(url);
  });

  it.each([
    ['https://app.example.com/?uid=evil', `https://app.example.com/?${QUERY}`],
    ['https://app.example.com/?a=1&uid=evil&b=2&uid=worse', `https://app.example.com/?a=1&b=2&${QUERY}`],
    ['https://app.example.com/?%75id=evil', `https://app.example.com/?${QUERY}`],
    ['https://app.example.com/?token', `https://app.example.com/?${QUERY}`],
    ['https://app.example.com/?token[]=evil&token%5Ba%5D=evil', `https://app.example.com/?${QUERY}`],
    ['https://app.example.com/?tokens=1&my_uid=2', `https://app.example.com/?tokens=1&my_uid=2&${QUERY}`],
    ['https://app.example.com/#/r?uid=evil&a=1', `https://app.example.com/?${QUERY}#/r?a=1&${QUERY}`],
    ['https://app.example.com/?uid=e#/r?token=e', `https://app.example.com/?${QUERY}#/r?${QUERY}`],
    // Other names that clients prefer.
    ['https://app.example.com/?auth_token=evil&access-token=evil', `https://app.example.com/?${QUERY}`],
    ['https://app.example.com/?constructor=1&toString=2', `https://app.example.com/?constructor=1&toString=2&${QUERY}`],
  ])('to %s keeps nobody else’s values', (base, url) => {
    expect(redirectUrl(base, VALUES)).toBe(url);
  });

  it('without credentials of its own carries none of whoever asked for the mail', () => {
    const evil = 'access-token=e&auth_token=e&client_id=e&token=e&uid=e%40x.com&expiry=9999999999';
    const url = redirectUrl(`https://app.example.com/?${evil}&a=1#/r?${evil}`, {
      account_confirmation_success: 'true',
    });
    expect(url).not.toMatch(/uid|auth_token|access-token/);
    expect(new URL(url).searchParams.get('account_confirmation_success')).toBe('true');
    expect(new URL(url).searchParams.get('a')).toBe('1');
  });

  it('without parameters leads to the URL itself', () => {
    expect(redirectUrl('https://app.example.com/a?b=1', {})).toBe('https://app.example.com/a?b=1');
    expect(redirectUrl('https://app.example.com/a#/r', {})).toBe('https://app.example.com/a#/r');
  });

  it.each([
    'https://bücher.example/straße?ä=ö#/ü?é=ß',
    'https://app.example.com/日本?q=日本#日本',
    'myapp://reset/ä?ö#ü',
    'https://app.example.com/"<>^`{|}',
  ])('to %s is a header value as it is', (base) => {
    expect(redirectUrl(base, { uid: 'ü@x.com' })).toMatch(/^[\x21-\x7e]+$/);
  });
});

/** What each client reads, in the words of its own source. */
const CLIENTS: [string, (location: URL) => Record<string, string>][] = [
  [
    'ng-token-auth, without a route in the fragment',
    ({ search }) =>
      Object.fromEntries(
        search
          .slice(1)
          .split('&')
          .map((pair) => pair.split('=').map(decodeURIComponent) as [string, string]),
      ),
  ],
  [
    'ng-token-auth, with AngularJS’s routes in the fragment',
    ({ hash }) => Object.fromEntries(new URLSearchParams(/\?([^#]*)/.exec(hash)?.[1] ?? '')),
  ],
  ['j-toker, from the query', ({ search }) => Object.fromEntries(new URLSearchParams(search))],
  ['j-toker, from the fragment', ({ hash }) => Object.fromEntries(new URLSearchParams(hash.split('?')[1] ?? ''))],
  [
    'angular-token, with paths',
    ({ search }) =>
      Object.fromEntries(
        search
          .slice(1)
          .split('&')
          .map(
            (pair) =>
              pair.split('=').map((part) => decodeURIComponent(part.replaceAll('+', '%20'))) as [string, string],
          ),
      ),
  ],
  [
    'angular-token, with routes in the fragment',
    ({ hash }) => Object.fromEntries(new URL(hash.slice(1), 'http://localhost').searchParams),
  ],
];

describe.each(CLIENTS)('%s', (_, read) => {
  it.each([
    'https://app.example.com/#/reset',
    'https://app.example.com/?next=/a?b=1#/reset',
    'https://app.example.com/?auth_token=evil&uid=evil#/reset?uid=evil&token=evil',
    'https://app.example.com/#/reset??uid=evil&x=/y?z',
  ])('reads the values at %s', (base) => {
    const parameters = { ...VALUES, client: 'c1', 'access-token': 'abc_-', uid: 'a+b@x.com', reset_password: 'true' };
    const values = read(new URL(redirectUrl(base, parameters)));
    expect(values).toMatchObject(parameters);
    expect(JSON.stringify(values)).not.toContain('evil');
  });
});
