import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingRequest } from '../incoming-request.js';
import { Message, type Language, type MessageCode } from '../messages/message.js';
import { Translator } from '../messages/translator.js';
import { canDeliver, requestOf } from './request-context.js';

const HEADER = 'Accept-Language';

/** What a refusal is answered with. */
export interface ErrorBody {
  readonly success: false;
  readonly errors: readonly string[];
  readonly code: MessageCode;
}

/** Which language an answer is given in. Caches are told that it depends on the request (RFC 9110, section 12.5.5). */
@Injectable()
export class AnswerLanguage {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(Translator) private readonly translator: Translator,
  ) {}

  /**
   * The tag of the language for an answer that is about to be given in it.
   *
   * @param response - null where there are no headers.
   */
  of(response: object | null, request: IncomingRequest | null = requestOf(response)): string {
    if (this.translator.hasChoice && canDeliver(response)) this.vary(response);
    return this.translator.languageOf(request);
  }

  /** The texts of that language, for an answer that is about to be given in it. */
  texts(response: object): Language {
    return this.translator.texts(this.of(response));
  }

  /** A message in that language; other texts stay as they are. */
  say(message: Message | string, response: object | null, request?: IncomingRequest | null): string {
    return this.translator.text(message, this.of(response, request));
  }

  /** The protocol's common error body, with its text in that language: for what is thrown outside of the endpoints. */
  errorBody(code: MessageCode, response: object | null, request?: IncomingRequest | null): ErrorBody {
    return { success: false, errors: [this.say(new Message(code), response, request)], code };
  }

  /** The application, CORS and compression name headers of their own there. */
  private vary(response: object): void {
    const { httpAdapter } = this.host;
    const present: unknown = httpAdapter.getHeader(response, 'Vary') ?? [];
    const names = [present].flat().flatMap((names) => String(names).split(/\s*,\s*/));
    if (names.some((name) => name === '*' || name.toLowerCase() === HEADER.toLowerCase())) return;
    httpAdapter.setHeader(response, 'Vary', [...names, HEADER].join(', '));
  }
}
