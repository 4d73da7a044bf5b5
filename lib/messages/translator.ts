import { Inject, Injectable } from '@nestjs/common';
import type { IncomingRequest } from '../incoming-request.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { LanguageChoice } from './language-choice.js';
import { Message, type Language } from './message.js';

/** Puts answers and mails into the language that a request asks for (RFC 9110, section 12.5.4). */
@Injectable()
export class Translator {
  /** Null where there is but one language. */
  private readonly choice: LanguageChoice | null;

  constructor(@Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig) {
    const { languages, defaultLanguage } = config;
    const others = Object.keys(languages).filter((tag) => tag !== defaultLanguage);
    this.choice = others.length === 0 ? null : new LanguageChoice([defaultLanguage, ...others]);
  }

  /** Whether the language depends on the request. */
  get hasChoice(): boolean {
    return this.choice !== null;
  }

  /** The best of the application's languages for a request, else its default one: a language tag. */
  languageOf(request: IncomingRequest | null): string {
    const header = request?.headers['accept-language'];
    const preferred = typeof header === 'string' ? this.choice?.preferredBy(header) : null;
    return preferred ?? this.config.defaultLanguage;
  }

  /** A message in a language; other texts stay as they are. */
  text(message: Message | string, language: string): string {
    return message instanceof Message ? message.in(this.texts(language)) : message;
  }

  /** The texts of a language, as far as the application gives them. */
  texts(language: string): Language {
    return this.config.languages[language] ?? {};
  }
}
