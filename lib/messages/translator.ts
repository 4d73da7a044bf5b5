import { Inject, Injectable } from '@nestjs/common';
import Negotiator from 'negotiator';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { Message, type Language, type MessageCode } from './message.js';

/** What the language of an answer is taken from. */
interface Negotiable {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Puts answers and mails into the language that a request asks for (RFC 9110, section 12.5.4). */
@Injectable()
export class Translator {
  constructor(@Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig) {}

  /** The best of the application's languages for a request, else its default one: a language tag. */
  languageOf(request: Negotiable | null): string {
    const { languages, defaultLanguage } = this.config;
    const header = request?.headers['accept-language'];
    if (typeof header !== 'string' || header.length > LONGEST_HEADER) return defaultLanguage;
    const tags = [defaultLanguage, ...Object.keys(languages).filter((tag) => tag !== defaultLanguage)];
    const [best] = new Negotiator({ headers: { 'accept-language': header } }).languages(tags);
    return best ?? defaultLanguage;
  }

  /** A message in a language; other texts stay as they are. */
  text(message: Message | string, language: string): string {
    return message instanceof Message ? message.in(this.texts(language)) : message;
  }

  /** A text without values in the language of a request. */
  say(code: MessageCode, request: Negotiable | null): string {
    return this.text(new Message(code), this.languageOf(request));
  }

  /** The texts of a language, as far as the application gives them. */
  texts(language: string): Language {
    return this.config.languages[language] ?? {};
  }
}

/** In characters. */
const LONGEST_HEADER = 1024;
