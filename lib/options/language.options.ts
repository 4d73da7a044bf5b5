import type { Language } from '../messages/message.js';

/** In which words, and in which languages, the module speaks. */
export interface LanguageOptions {
  /**
   * The languages of the application by their tags (BCP 47); a request gets the one that its `Accept-Language` prefers, in
   * answers and in the mails that it causes. What a language leaves out is English. Replaces single texts too.
   *
   * @defaultValue English alone
   * @example
   * ```ts
   * import { de, ptBR } from 'nestjs-token-auth/languages';
   *
   * languages: { de, 'pt-BR': ptBR, en: { bad_credentials: 'That does not match. Please try again.' } }
   * ```
   */
  languages?: Readonly<Record<string, Language>>;

  /**
   * The language for who asks for none of them.
   *
   * @defaultValue `'en'`
   */
  defaultLanguage?: string;
}
