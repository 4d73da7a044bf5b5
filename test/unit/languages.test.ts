import { languages } from 'nestjs-token-auth/languages';
import { describe, expect, it } from 'vitest';
import { en } from '../../lib/messages/en.js';
import type { MessageCode, Messages } from '../../lib/messages/message.js';

const CODES = Object.keys(en) as MessageCode[];
const { en: _, ...TRANSLATIONS } = languages as Record<string, Messages>;

const LATIN = { written: /\p{Script=Latin}/u, never: /[^\p{Script=Common}\p{Script=Latin}]/u };
const TRADITIONAL = { written: /\p{Script=Han}/u, never: /[帐号码链连请电邮无验户录]/ };

/** The letters of a language that is not written in Latin ones, and those that only its neighbours have. */
const LETTERS: Record<string, { readonly written: RegExp; readonly never: RegExp }> = {
  fa: { written: /\p{Script=Arabic}/u, never: /[يكة]/ },
  he: { written: /\p{Script=Hebrew}/u, never: /\p{Script=Arabic}/u },
  ja: { written: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u, never: /[们您请帐\p{Script=Hangul}]/u },
  ko: { written: /\p{Script=Hangul}/u, never: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u },
  ru: { written: /\p{Script=Cyrillic}/u, never: /[іїєґ]/i },
  uk: { written: /\p{Script=Cyrillic}/u, never: /[ыэъё]/i },
  'zh-CN': { written: /\p{Script=Han}/u, never: /[帳號碼鏈連請電郵無驗戶錄]/ },
  'zh-HK': TRADITIONAL,
  'zh-TW': TRADITIONAL,
};

/** What is the same in English: words that a language has taken over. */
const SAME: Record<string, readonly MessageCode[]> = {
  it: ['attribute_email', 'attribute_password'],
};

/** The values that a text has places for. */
function valuesOf(text: string): string[] {
  return (text.match(/%\{\w+\}/g) ?? []).sort();
}

/** A text without what every language leaves as it is. */
function words(text: string): string {
  return text.replace(/%\{\w+\}/g, '…');
}

describe('the languages', () => {
  it('are those that clients of the protocol know', () => {
    expect(Object.keys(languages).join(' ')).toBe(
      'da-DK de en es fa fr he it ja ko nl pl pt pt-BR ro ru sq sv uk vi zh-CN zh-HK zh-TW',
    );
  });

  it('have tags in the spelling of the standard', () => {
    for (const tag of Object.keys(languages)) expect(Intl.getCanonicalLocales(tag)).toEqual([tag]);
  });

  it('are also exported one by one', async () => {
    const { languages: all, ...single } = await import('nestjs-token-auth/languages');
    const byName = Object.entries(all).map(([tag, texts]) => [tag.replace('-', ''), texts]);
    expect(single).toEqual(Object.fromEntries(byName));
  });
});

describe.each(Object.entries(TRANSLATIONS))('the texts in %s', (tag, texts) => {
  /** The codes of texts, beside that which makes a sentence of two others. */
  const codesWhere = (is: (text: string, english: string) => boolean) =>
    CODES.filter((code) => code !== 'full_message' && is(texts[code], en[code]));

  it('are there for every code, in the order of the English ones, and cannot be changed', () => {
    expect(Object.keys(texts)).toEqual(CODES);
    expect(Object.isFrozen(texts)).toBe(true);
  });

  it('have the values of the English ones, each as often', () => {
    for (const code of CODES) expect([code, ...valuesOf(texts[code])]).toEqual([code, ...valuesOf(en[code])]);
  });

  it('are plain, without spaces around them', () => {
    expect(codesWhere((text) => text !== text.trim() || text !== text.normalize('NFC'))).toEqual([]);
    expect(codesWhere((text) => /[<>&{}$%\\`]|\p{Cc}|\p{Bidi_Control}| {2}/u.test(words(text)))).toEqual([]);
  });

  it('end as the English ones do, whatever a full stop looks like', () => {
    const ending = (text: string) => /[.!。！…]$/.test(text);
    // Greetings and the line before a link end as letters do in the language.
    const isOfLetters = (code: string) => code.startsWith('mail_');
    const others = codesWhere((text, english) => ending(text) !== ending(english));
    expect(others.filter((code) => !isOfLetters(code))).toEqual([]);
  });

  it('are translated', () => {
    expect(codesWhere((text, english) => text === english)).toEqual(SAME[tag] ?? []);
  });

  it('leave what developers have to write as it is', () => {
    expect(texts.sign_in_by_post).toMatch(/POST \/sign_in.*GET/);
    expect(texts.cross_site).toContain('trustedOrigins');
    expect(texts.missing_confirm_success_url).toContain('confirm_success_url');
  });

  it('name the fields as sentences about them do', () => {
    expect(texts.missing_passwords).toContain(texts.attribute_password);
    expect(texts.missing_passwords).toContain(texts.attribute_password_confirmation);
  });

  it('are in its letters', () => {
    const { written, never } = LETTERS[tag] ?? LATIN;
    expect(codesWhere((text) => !written.test(words(text)) || never.test(words(text)))).toEqual([]);
  });
});
