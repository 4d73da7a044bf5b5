import { en } from '../messages/en.js';
import type { Language, MessageCode } from '../messages/message.js';
import type { OptionsCheck } from './options-check.js';

/** The languages that answers are given in. */
export interface LanguageConfig {
  readonly languages: Readonly<Record<string, Language>>;
  readonly defaultLanguage: string;
}

export function languageConfig(check: OptionsCheck): LanguageConfig {
  const languages: unknown = check.options.languages ?? {};
  const defaultLanguage = check.text('defaultLanguage') ?? 'en';
  if (typeof languages !== 'object' || languages === null || Array.isArray(languages)) {
    check.fault('languages', 'must be an object with the texts of each language');
    return { languages: {}, defaultLanguage };
  }
  for (const [tag, language] of Object.entries(languages)) checkLanguage(check, tag, language);
  if (defaultLanguage !== 'en' && !Object.hasOwn(languages, defaultLanguage)) {
    check.fault('defaultLanguage', `must be one of languages, which has no '${defaultLanguage}'`);
  }
  return { languages: Object.freeze({ ...(languages as Record<string, Language>) }), defaultLanguage };
}

function checkLanguage(check: OptionsCheck, tag: string, language: unknown): void {
  if (!isTag(tag)) check.fault('languages', `has '${tag}', which is not a language tag such as 'de' or 'pt-BR'`);
  if (typeof language !== 'object' || language === null || Array.isArray(language)) {
    check.fault('languages', `must give an object of texts for '${tag}'`);
    return;
  }
  for (const [code, text] of Object.entries(language)) {
    const fault = textFault(code, text);
    if (fault !== null) check.fault('languages', `${fault} in '${tag}'`);
  }
}

function textFault(code: string, text: unknown): string | null {
  const isOfOurs = Object.hasOwn(en, code);
  if (!isOfOurs && !code.startsWith('attribute_')) return `knows no text '${code}'`;
  if (typeof text !== 'string') return `must give a text for '${code}'`;
  const values = isOfOurs ? valuesOf(en[code as MessageCode]) : [];
  const unknown = valuesOf(text).find((value) => !values.includes(value));
  return unknown === undefined ? null : `has no value ${unknown} for '${code}'`;
}

/** The places for values in a text. */
function valuesOf(text: string): readonly string[] {
  return text.match(/%\{\w*\}/g) ?? [];
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
