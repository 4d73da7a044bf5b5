import { HttpException, type HttpStatus } from '@nestjs/common';
import { translate, type Language } from '../messages/message.js';

/** What an endpoint refuses with; its body can hold messages, in English until it is told another language. */
export class TranslatableException extends HttpException {
  #texts: Language = {};

  constructor(body: object, status: HttpStatus) {
    super(body, status);
  }

  speak(texts: Language): this {
    this.#texts = texts;
    return this;
  }

  override getResponse(): object {
    return translate(super.getResponse() as Record<string, unknown>, this.#texts);
  }
}
