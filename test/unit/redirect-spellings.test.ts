import { describe, expect, it } from 'vitest';
import { RedirectAllowlist } from '../../lib/redirects/redirect-allowlist.js';
import { ALLOWLIST, HOSTILE_REDIRECTS } from '../support/hostile-redirects.js';

describe('against hostile spellings, a redirect allow-list', () => {
  const list = new RedirectAllowlist(ALLOWLIST);

  it.each(HOSTILE_REDIRECTS)('does not allow %s', (_, url) => {
    expect(list.allows(url)).toBe(false);
  });

  it('lets all of its own through', () => {
    const urls = [
      'https://good.example.com',
      'https://a.apps.example.com',
      'https://good.example.net/app',
      'myapp://reset',
    ];
    for (const url of urls) expect(list.allows(url)).toBe(true);
    expect(list.allows(`https://good.example.com/${'a'.repeat(2048 - 25)}`)).toBe(true);
  });
});
