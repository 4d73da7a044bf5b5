import { en } from '../messages/en.js';
import type { Messages } from '../messages/message.js';
import { daDK } from './da-DK.js';
import { de } from './de.js';
import { es } from './es.js';
import { fa } from './fa.js';
import { fr } from './fr.js';
import { he } from './he.js';
import { it } from './it.js';
import { ja } from './ja.js';
import { ko } from './ko.js';
import { nl } from './nl.js';
import { pl } from './pl.js';
import { pt } from './pt.js';
import { ptBR } from './pt-BR.js';
import { ro } from './ro.js';
import { ru } from './ru.js';
import { sq } from './sq.js';
import { sv } from './sv.js';
import { uk } from './uk.js';
import { vi } from './vi.js';
import { zhCN } from './zh-CN.js';
import { zhHK } from './zh-HK.js';
import { zhTW } from './zh-TW.js';

export { daDK, de, en, es, fa, fr, he, it, ja, ko, nl, pl, pt, ptBR, ro, ru, sq, sv, uk, vi, zhCN, zhHK, zhTW };

/**
 * All languages that the module speaks, by their tags (BCP 47).
 *
 * @example
 * ```ts
 * TokenAuthModule.forRoot({ userEntity: User, languages })
 * ```
 */
export const languages = Object.freeze({
  'da-DK': daDK,
  de,
  en,
  es,
  fa,
  fr,
  he,
  it,
  ja,
  ko,
  nl,
  pl,
  pt,
  'pt-BR': ptBR,
  ro,
  ru,
  sq,
  sv,
  uk,
  vi,
  'zh-CN': zhCN,
  'zh-HK': zhHK,
  'zh-TW': zhTW,
} satisfies Record<string, Messages>);
