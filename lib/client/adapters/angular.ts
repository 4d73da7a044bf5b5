import { HttpErrorResponse, HttpResponse, type HttpEvent, type HttpInterceptorFn } from '@angular/common/http';
import { catchError, concatMap, defer, finalize, from, map, of, throwError, type Observable } from 'rxjs';
import type { Exchange } from '../exchanges.js';
import type { TokenAuthClient } from '../types.js';

type Client = Pick<TokenAuthClient<unknown>, 'begin'>;
type Request = Parameters<HttpInterceptorFn>[0];
type Next = Parameters<HttpInterceptorFn>[1];

/**
 * Lets Angular's `HttpClient` send the tokens of a client, and follow them. Requests to other places stay as they are. For
 * `provideHttpClient(withInterceptors([…]))`, as the last one: what others change then counts for the retry too.
 */
export function tokenAuthInterceptor(client: Client): HttpInterceptorFn {
  return (request, next) => send(client, request, next);
}

function send(client: Client, request: Request, next: Next, isRepeated = false): Observable<HttpEvent<unknown>> {
  return defer(async () => await client.begin(request.urlWithParams)).pipe(
    concatMap((exchange) => {
      if (exchange === null) return next(request);
      const again = isRepeated ? null : () => send(client, request, next, true);
      return follow(exchange, next(request.clone({ setHeaders: { ...exchange.headers } })), again);
    }),
  );
}

/** The events of a request; the application gets the answer once its token is kept. */
function follow(
  exchange: Exchange,
  events: Observable<HttpEvent<unknown>>,
  again: (() => Observable<HttpEvent<unknown>>) | null,
): Observable<HttpEvent<unknown>> {
  let isFinished = false;
  const finish = async (answer: HttpResponse<unknown> | HttpErrorResponse | null) => {
    isFinished = true;
    return await exchange.finish(answer);
  };
  return events.pipe(
    concatMap((event) => (event instanceof HttpResponse ? from(finish(event)).pipe(map(() => event)) : of(event))),
    catchError((error: unknown) => {
      const answer = error instanceof HttpErrorResponse && error.status > 0 ? error : null;
      return from(finish(answer)).pipe(
        concatMap((verdict) => (verdict === 'retry' && again !== null ? again() : throwError(() => error))),
      );
    }),
    // Who unsubscribes before the answer has aborted the request.
    finalize(() => {
      if (!isFinished) void finish(null);
    }),
  );
}
