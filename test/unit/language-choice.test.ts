import { languages } from 'nestjs-token-auth/languages';
import { describe, expect, it, vi } from 'vitest';
import { LanguageChoice } from '../../lib/messages/language-choice.js';

const ALL = new LanguageChoice(Object.keys(languages));

describe('the language that a request prefers', () => {
  it.each([
    ['de', 'de'],
    ['DE', 'de'],
    ['de-AT', 'de'],
    ['de-DE-1996', 'de'],
    ['de-DE-u-co-phonebk', 'de'],
    ['de_AT', 'de'],
    ['da', 'da-DK'],
    ['pt', 'pt'],
    ['pt-PT', 'pt'],
    ['pt-AO', 'pt'],
    ['pt-BR', 'pt-BR'],
    ['pt-br', 'pt-BR'],
    ['zh', 'zh-CN'],
    ['zh-SG', 'zh-CN'],
    ['zh-Hans', 'zh-CN'],
    ['zh-Hans-CN', 'zh-CN'],
    ['zh-Hant', 'zh-TW'],
    ['zh-Hant-TW', 'zh-TW'],
    ['zh-Hant-HK', 'zh-HK'],
    ['zh-MO', 'zh-HK'],
    ['he-IL', 'he'],
    ['iw', 'he'],
    ['fa-AF', 'fa'],
    ['es-419', 'es'],
  ])('is found by what clients call it (%s)', (header, tag) => {
    expect(ALL.preferredBy(header)).toBe(tag);
  });

  it.each([
    ['de;q=0.5, fr;q=0.7', 'fr'],
    ['de, fr', 'de'],
    ['fr;q=0.2,de;q=0.21', 'de'],
    ['tlh, x-klingon, de;q=0.1', 'de'],
    ['de;q=0, fr', 'fr'],
    ['en-GB,en-US;q=0.9,de;q=0.8', 'en'],
    ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'fr'],
    ['tlh, *;q=0.5, de;q=0.1', 'da-DK'],
    [' de ; q=1.0 ,, ', 'de'],
    ['de;level=1;q=0.3, fr;q=0.2', 'de'],
  ])('is the one of the highest quality that there is (%s)', (header, tag) => {
    expect(ALL.preferredBy(header)).toBe(tag);
  });

  it.each([
    'tlh',
    'de;q=0',
    'nb-NO',
    '',
    ' ',
    ';',
    ',,,',
    ';q=1',
    'ä',
    '%',
    '"de"',
    '{}',
    '../de',
    'de-',
    '-',
    'q',
    '__proto__',
  ])('is none where there is nothing to go by (%j)', (header) => {
    expect(ALL.preferredBy(header)).toBeNull();
  });

  it('is none where the header is beyond all measure', () => {
    const tail = (length: number) => `de${','.repeat(length - 2)}`;
    expect(ALL.preferredBy(tail(1024))).toBe('de');
    expect(ALL.preferredBy(tail(1025))).toBeNull();
    expect(ALL.preferredBy(`${'tlh,'.repeat(19)}de`)).toBe('de');
    expect(ALL.preferredBy(`${'tlh,'.repeat(20)}de`)).toBeNull();
  });

  it('is one that the same people read, of their own country first', () => {
    const some = new LanguageChoice(['en', 'zh-HK', 'zh-TW', 'en-US', 'es-MX', 'es-ES', 'sr-Latn', 'PT-br']);
    const chosen = ['zh-Hant', 'zh-Hant-MO', 'zh', 'en-GB', 'es-CO', 'es', 'sr', 'sr-Latn-RS', 'pt-PT'].map((header) =>
      some.preferredBy(header),
    );
    expect(chosen).toEqual(['zh-TW', 'zh-HK', null, 'en', 'es-MX', 'es-ES', null, 'sr-Latn', 'PT-br']);
  });

  it('costs little, whatever is asked for', () => {
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
    const unknown = letters.flatMap((first) => letters.map((second) => `q${first}${second}-latn`)).join();
    let made = 0;
    class Counted extends Intl.Locale {
      constructor(tag: string) {
        super(tag);
        made++;
      }
    }
    vi.stubGlobal('Intl', { Locale: Counted });
    try {
      expect(ALL.preferredBy(unknown.slice(0, 1024))).toBeNull();
      expect(made).toBe(20);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('is the default for who takes any', () => {
    expect(new LanguageChoice(['de', 'en']).preferredBy('*')).toBe('de');
    expect(new LanguageChoice(['de', 'en']).preferredBy('tlh, *;q=0.1')).toBe('de');
  });
});
