import { languages } from 'nestjs-token-auth/languages';
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../lib/token-auth.config.js';
import type { TokenAuthOptions } from '../../lib/token-auth.options.js';

describe('the options of languages', () => {
  it('take all languages, whatever the default', () => {
    const { languages: all, defaultLanguage } = resolveOptions({ languages, defaultLanguage: 'ja' });
    expect([all, defaultLanguage]).toEqual([languages, 'ja']);
    expect(all).not.toBe(languages);
  });

  it('take single texts, with fewer values than the English ones, and names of attributes', () => {
    const de = { reset_sent: 'Gesendet.', destroyed: '%{uid} %{uid}', attribute_nickname: 'Spitzname' };
    expect(resolveOptions({ languages: { de } }).languages).toEqual({ de });
  });

  it('need no texts for English as the default', () => {
    expect(resolveOptions({ defaultLanguage: 'en' }).defaultLanguage).toBe('en');
  });

  it.each<[string, object]>([
    ['languages must be an object with the texts of each language', { languages: ['de'] }],
    ['languages must be an object with the texts of each language', { languages: 'de' }],
    ["languages has 'pt_BR', which is not a language tag such as 'de' or 'pt-BR'", { languages: { pt_BR: {} } }],
    ["languages has 'german language'", { languages: { 'german language': {} } }],
    ["languages has ''", { languages: { '': {} } }],
    ["languages must give an object of texts for 'de'", { languages: { de: null } }],
    ["languages must give an object of texts for 'de'", { languages: { de: 'locked' } }],
    ["languages must give an object of texts for 'de'", { languages: { de: ['locked'] } }],
    ["languages knows no text 'lockd' in 'de'", { languages: { de: { lockd: 'Gesperrt' } } }],
    ["languages knows no text 'toString' in 'de'", { languages: { de: { toString: 'Gesperrt' } } }],
    ["languages must give a text for 'locked' in 'de'", { languages: { de: { locked: () => 'Gesperrt' } } }],
    ["languages must give a text for 'attribute_name' in 'de'", { languages: { de: { attribute_name: null } } }],
    ["languages has no value %{emial} for 'reset_sent' in 'de'", { languages: { de: { reset_sent: '%{emial}' } } }],
    ["languages has no value %{count} for 'locked' in 'de'", { languages: { de: { locked: '%{count}' } } }],
    ["defaultLanguage must be one of languages, which has no 'de'", { defaultLanguage: 'de' }],
    ["defaultLanguage must be one of languages, which has no 'DE'", { languages: { de: {} }, defaultLanguage: 'DE' }],
    ['defaultLanguage must be one of languages', { languages: {}, defaultLanguage: 'toString' }],
    ['defaultLanguage must be a text', { defaultLanguage: 1 }],
  ])('are refused: %s %j', (fault, options) => {
    expect(() => resolveOptions(options as TokenAuthOptions)).toThrow(fault);
  });

  it('are refused with all that is wrong with them', () => {
    const options = { languages: { de: { lockd: 'Gesperrt', locked: 1 }, x: {} }, defaultLanguage: 'fr' };
    expect(() => resolveOptions(options as unknown as TokenAuthOptions)).toThrow(
      [
        "- languages knows no text 'lockd' in 'de'",
        "- languages must give a text for 'locked' in 'de'",
        "- languages has 'x', which is not a language tag such as 'de' or 'pt-BR'",
        "- defaultLanguage must be one of languages, which has no 'fr'",
      ].join('\n'),
    );
  });
});
