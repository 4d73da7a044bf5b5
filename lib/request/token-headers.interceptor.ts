import {
  HttpException,
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Observable } from 'rxjs';
import { ROTATE_EARLY } from './decorators.js';
import { perRoute } from './per-route.js';
import { RequestAuthenticator } from './request-authenticator.js';
import { exchangeOf, scopesOf } from './request-context.js';
import { ownsResponse } from './response-ownership.js';

/**
 * Puts the next token into the response headers of every authenticated request: after the handler, so that a slow request
 * does not hold the successor back from its siblings, for answers and for refusals, but not after an unexpected failure.
 */
@Injectable()
export class TokenHeadersInterceptor implements NestInterceptor {
  private readonly routeOf = perRoute((handler, controller) => ({
    rotatesEarly: this.reflector.getAllAndOverride<boolean>(ROTATE_EARLY, [handler, controller as Type]),
    ownsResponse: ownsResponse(handler, controller),
  }));

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
    const route = this.routeOf(context);
    if (route.rotatesEarly) {
      await this.requests.departEarly(exchange, session, { rotates: true });
      return next.handle();
    }
    if (route.ownsResponse && context.getType() === 'http') {
      await this.requests.departEarly(exchange, session, { rotates: false });
      return next.handle();
    }
    return departAfterwards(next.handle(), () => this.requests.depart(exchange, session));
  }
}

function departAfterwards(answer: Observable<unknown>, depart: () => Promise<void>): Observable<unknown> {
  // By hand: the operators that would say the same cost more than the departure.
  return new Observable((subscriber) => {
    let last: unknown;
    return answer.subscribe({
      // Only the last value becomes the response; nothing must pass before the headers are written.
      next: (value) => {
        last = value;
      },
      error: (error: unknown) => {
        const fail = (reason: unknown) => subscriber.error(reason);
        if (!(error instanceof HttpException) || error.getStatus() >= 500) return fail(error);
        depart().then(() => fail(error), fail);
      },
      complete: () => {
        depart().then(
          () => {
            subscriber.next(last);
            subscriber.complete();
          },
          (error: unknown) => subscriber.error(error),
        );
      },
    });
  });
}
