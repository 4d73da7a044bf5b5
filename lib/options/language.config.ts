import { en } from '../messages/en.js';
import type { Language, MessageCode } from '../messages/message.js';
import { isMap, type OptionsCheck } from './options-check.js';

/** The languages that answers are given in. */
export interface LanguageConfig {
  readonly languages: Readonly<Record<string, Language>>;
  readonly defaultLanguage: string;
}

export function languageConfig(check: OptionsCheck): LanguageConfig {
  const languages = check.map('languages', 'an object with the texts of each language');
  const defaultLanguage = check.text('defaultLanguage') ?? 'en';
  for (const [tag, language] of Object.entries(languages)) checkLanguage(check, tag, language);
  if (defaultLanguage !== 'en' && !Object.hasOwn(languages, defaultLanguage)) {
    check.fault('defaultLanguage', `must be one of languages, which has no '${defaultLanguage}'`);
  }
  return { languages: Object.freeze({ ...(languages as Record<string, Language>) }), defaultLanguage };
}

function checkLanguage(check: OptionsCheck, tag: string, language: unknown): void {
  if (!isTag(tag)) check.fault('languages', `has '${tag}', which is not a language tag such as 'de' or 'pt-BR'`);
  if (!isMap(language)) return check.fault('languages', `must give an object of texts for '${tag}'`);
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
