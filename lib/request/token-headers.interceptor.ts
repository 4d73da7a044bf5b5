import {
  HttpException,
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { catchError, concatMap, defaultIfEmpty, defer, takeLast, type Observable } from 'rxjs';
import { ROTATE_EARLY } from './decorators.js';
import { RequestAuthenticator } from './request-authenticator.js';
import { exchangeOf, scopesOf } from './request-context.js';
import { ownsResponse } from './response-ownership.js';

/**
 * Puts the next token into the response headers of every authenticated request: after the handler, so that a slow request
 * does not hold the successor back from its siblings, for answers and for refusals, but not after an unexpected failure.
 */
@Injectable()
export class TokenHeadersInterceptor implements NestInterceptor {
  constructor(
    @Inject(RequestAuthenticator) private readonly requests: RequestAuthenticator,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const exchange = exchangeOf(context);
    if (exchange === null || exchange.transport !== 'http') return next.handle();
    const accepted = exchange.state.acceptedAt(scopesOf(context));
    // Each realm has an interceptor of its own.
    if (!accepted || accepted.realm !== exchange.state.of(this.requests)) return next.handle();
    const { session } = accepted;
    if (this.reflector.getAllAndOverride<boolean>(ROTATE_EARLY, [context.getHandler(), context.getClass()])) {
      await this.requests.departEarly(exchange, session, { rotates: true });
      return next.handle();
    }
    if (ownsResponse(context)) {
      await this.requests.departEarly(exchange, session, { rotates: false });
      return next.handle();
    }
    return departAfterwards(next.handle(), () => this.requests.depart(exchange, session));
  }
}

function departAfterwards(answer: Observable<unknown>, depart: () => Promise<void>): Observable<unknown> {
  return answer.pipe(
    // Only the last value becomes the response; nothing must pass before the headers are written.
    takeLast(1),
    defaultIfEmpty(undefined),
    catchError((error: unknown) =>
      defer(async () => {
        if (error instanceof HttpException && error.getStatus() < 500) await depart();
        throw error;
      }),
    ),
    concatMap(async (value) => {
      await depart();
      return value;
    }),
  );
}
