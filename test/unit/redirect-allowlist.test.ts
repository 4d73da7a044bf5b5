import { describe, expect, it } from 'vitest';
import { RedirectAllowlist } from '../../lib/redirects/redirect-allowlist.js';
import { resolveOptions } from '../../lib/token-auth.config.js';

function allows(pattern: string, url: string): boolean {
  return new RedirectAllowlist([pattern]).allows(url);
}

describe('a redirect allow-list', () => {
  it.each([
    ['https://good.example.com', 'https://good.example.com'],
    ['https://good.example.com', 'https://good.example.com/'],
    ['https://good.example.com', 'https://good.example.com?a=1'],
    ['https://good.example.com', 'https://good.example.com#/reset'],
    ['https://good.example.com', 'https://good.example.com/any/path?to=https://evil.com#/route?and=@query'],
    ['https://good.example.com', 'HTTPS://Good.Example.COM/x'],
    ['https://good.example.com', 'https://good.example.com:443/x'],
    ['https://good.example.com', 'https://good.example.com/a%2Fb'],
    ['https://good.example.com', 'https://good.example.com/päth'],
    ['HTTPS://GOOD.example.com/', 'https://good.example.com/x'],
    ['https://good.example.com:443', 'https://good.example.com/x'],
    ['https://good.example.com/*', 'https://good.example.com/x'],
    ['https://good.example.com/*', 'https://good.example.com'],
    ['http://localhost:3000', 'http://localhost:3000/reset'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/reset'],
    ['http://[::1]:3000', 'http://[::1]:3000/reset'],
    ['http://[2001:db8::1]', 'http://[2001:DB8::1]/reset'],
    ['https://*.apps.example.com', 'https://blue.apps.example.com/x'],
    ['https://*.apps.example.com', 'https://BLUE-2.apps.example.com/x'],
    ['https://*.apps.example.com', 'https://xn--bcher-kva.apps.example.com/x'],
    ['https://*.apps.example.com:8443', 'https://blue.apps.example.com:8443/x'],
    ['https://*.apps.example.com/in/*', 'https://blue.apps.example.com/in/x'],
    ['https://bücher.example', 'https://bücher.example/x'],
    ['https://bücher.example', 'https://BÜCHER.example/x'],
    ['https://bücher.example', 'https://xn--bcher-kva.example/x'],
    ['https://xn--bcher-kva.example', 'https://bücher.example/x'],
    ['https://good.example.com/app', 'https://good.example.com/app'],
    ['https://good.example.com/app', 'https://good.example.com/app/'],
    ['https://good.example.com/app', 'https://good.example.com/app/deep/er?a=1#b'],
    ['https://good.example.com/app/', 'https://good.example.com/app'],
    ['https://good.example.com/app/*', 'https://good.example.com/app/x'],
    ['https://good.example.com/app', 'https://good.example.com/other/../app/x'],
    ['https://good.example.com/app', 'https://good.example.com/app/x?path=..%2f..%2f'],
    ['myapp://reset', 'myapp://reset'],
    ['myapp://reset', 'MYAPP://reset/done?x=1'],
    ['myapp://', 'myapp:///reset'],
    ['com.example.app://callback/reset', 'com.example.app://callback/reset'],
    ['exp+my-app://expo', 'exp+my-app://expo/--/reset'],
  ])('of %s allows %s', (pattern, url) => {
    expect(allows(pattern, url)).toBe(true);
  });

  it.each([
    ['https://good.example.com:8443', 'https://good.example.com/'],
    ['http://localhost:3000', 'http://localhost:3001/'],
    ['http://localhost:3000', 'http://localhost/'],
    ['http://localhost:3000', 'https://localhost:3000/'],
    ['http://127.0.0.1', 'http://2130706433/'],
    ['http://127.0.0.1', 'http://0x7f.1/'],
    ['http://[::1]', 'http://[::2]/'],
    ['http://[::1]', 'http://[0:0:0:0:0:0:0:1]/'],
    ['https://*.apps.example.com:8443', 'https://blue.apps.example.com/'],
    ['https://bücher.example', 'https://bucher.example/'],
    ['myapp://', 'myapp://reset'],
    ['myapp://reset', 'myapp://RESET'],
    ['myapp://reset', 'myapp:reset'],
  ])('of %s does not allow %s', (pattern, url) => {
    expect(allows(pattern, url)).toBe(false);
  });

  it.each([
    'https://good.example.com/application',
    'https://good.example.com/',
    'https://good.example.com',
    'https://good.example.com/APP',
    'https://good.example.com/app/../admin',
    'https://good.example.com/app/%2e%2e/admin',
    'https://good.example.com/app/.%2E/admin',
    'https://good.example.com/app/..%2fadmin',
    'https://good.example.com/app/..%2Fadmin',
    'https://good.example.com/app/..%5cadmin',
    'https://good.example.com/app/%252e%252e%252fadmin',
    'https://good.example.com/app/%25252e%25252e/admin',
    'https://good.example.com/app%2fx',
    'https://good.example.com/app%2e',
    'https://good.example.com/app/..;/admin',
    'https://good.example.com/app/..;x=1/admin',
    'https://good.example.com//app/x',
  ])('of a path does not allow %s', (url) => {
    expect(allows('https://good.example.com/app', url)).toBe(false);
  });

  it('allows nothing when it is empty, but the URLs of the application itself, letter by letter', () => {
    const list = new RedirectAllowlist([], ['https://good.example.com/done']);
    expect(list.allows('https://good.example.com/done')).toBe(true);
    for (const url of [
      'https://good.example.com/',
      'https://good.example.com/done/',
      'https://good.example.com/done?x',
    ])
      expect(list.allows(url)).toBe(false);
    expect(new RedirectAllowlist([]).allows('https://good.example.com')).toBe(false);
  });
});

describe('a pattern of a redirect allow-list', () => {
  it.each([
    ['', 'is not a URL such as'],
    ['*', "'*' may stand for the first label of the host, or end the path as '/*'"],
    ['good.example.com', 'is not a URL such as'],
    ['//good.example.com', 'is not a URL such as'],
    ['/app', 'is not a URL such as'],
    ['https:good.example.com', 'is not a URL such as'],
    ['https://', 'is not a URL such as'],
    ['https://*', 'may stand for the first label'],
    ['https://*.', 'may stand for the first label'],
    ['*://good.example.com', 'may stand for the first label'],
    ['https*://good.example.com', 'may stand for the first label'],
    ['https://good.example.com:*', 'may stand for the first label'],
    ['https://good.*.com', 'may stand for the first label'],
    ['https://good*.example.com', 'may stand for the first label'],
    ['https://*good.example.com', 'may stand for the first label'],
    ['https://*.*.example.com', 'may stand for the first label'],
    ['https://good.example.com*', 'may stand for the first label'],
    ['https://good.example.com/a*', 'may stand for the first label'],
    ['https://good.example.com/*/b', 'may stand for the first label'],
    ['https://good.example.com/**', 'may stand for the first label'],
    ['https://*.com', 'two labels must follow the wildcard'],
    ['https://*.com.', 'two labels must follow the wildcard'],
    ['https://*.localhost:3000', 'two labels must follow the wildcard'],
    ['https://good.example.com/?a=1', 'has a query or a fragment'],
    ['https://good.example.com/?', 'has a query or a fragment'],
    ['https://good.example.com/#/reset', 'has a query or a fragment'],
    ['https://good.example.com/a%2Fb', 'has encoded dots or slashes'],
    ['https://user@good.example.com', 'is not a URL such as'],
    ['https://good.example.com\\app', 'is not a URL such as'],
    ['https://good .example.com', 'is not a URL such as'],
    ['https://good．example.com', 'is not a URL such as'],
    ['javascript://good.example.com', 'is not a URL such as'],
    ['DATA://good.example.com', 'is not a URL such as'],
    ['file:///etc', 'is not a URL such as'],
  ])('is refused at the start: %s', (pattern, why) => {
    expect(() => new RedirectAllowlist(['https://good.example.com', pattern])).toThrow(TypeError);
    expect(() => new RedirectAllowlist([pattern])).toThrow(`'${pattern}' `);
    expect(() => new RedirectAllowlist([pattern])).toThrow(why);
  });

  it('is named where the options are checked', () => {
    expect(() => resolveOptions({ redirectAllowlist: ['good.example.com'] })).toThrow(
      "redirectAllowlist must be a list of URLs: 'good.example.com' is not a URL such as 'https://app.example.com' or 'myapp://reset'",
    );
  });
});
