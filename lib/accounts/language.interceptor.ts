import {
  HttpException,
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError, map, type Observable } from 'rxjs';
import { Translator } from '../messages/translator.js';
import type { IncomingRequest } from '../request/request-context.js';

/** Puts what an endpoint says into the language that the request asks for. */
@Injectable()
export class LanguageInterceptor implements NestInterceptor {
  constructor(@Inject(Translator) private readonly translator: Translator) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const language = this.translator.languageOf(context.switchToHttp().getRequest<IncomingRequest>());
    return next.handle().pipe(
      map((body: unknown) => this.translator.answer(body, language)),
      catchError((error: unknown) => {
        throw error instanceof HttpException ? this.translated(error, language) : error;
      }),
    );
  }

  private translated(error: HttpException, language: string): HttpException {
    const body = error.getResponse();
    const translated = this.translator.answer(body, language) as object;
    return translated === body ? error : new HttpException(translated, error.getStatus(), { cause: error.cause });
  }
}
