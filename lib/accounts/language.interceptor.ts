import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, map, type Observable } from 'rxjs';
import { translate } from '../messages/message.js';
import { AnswerLanguage } from '../request/answer-language.js';
import { TranslatableException } from './translatable.exception.js';

/** Puts what an endpoint says into the language that the request asks for. */
@Injectable()
export class LanguageInterceptor implements NestInterceptor {
  constructor(@Inject(AnswerLanguage) private readonly language: AnswerLanguage) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<object>();
    const texts = () => this.language.texts(response);
    return next.handle().pipe(
      map((body?: Record<string, unknown>) => (body?.['message'] === undefined ? body : translate(body, texts()))),
      catchError((error: unknown) => {
        throw error instanceof TranslatableException ? error.speak(texts()) : error;
      }),
    );
  }
}
