import { HttpErrorResponse, HttpResponse, type HttpEvent, type HttpInterceptorFn } from '@angular/common/http';
import { catchError, concatMap, defer, finalize, from, map, of, throwError, type Observable } from 'rxjs';
import type { Exchange } from '../exchanges.js';
import type { TokenAuthClient } from '../types.js';
import { absolute, isElsewhere } from '../urls.js';

type Client = Pick<TokenAuthClient<unknown>, 'begin'>;
type Request = Parameters<HttpInterceptorFn>[0];
type Next = Parameters<HttpInterceptorFn>[1];

/**
 * Lets Angular's `HttpClient` send the tokens of a client, and follow them. Requests to other places, and those that
 * bring an `authorization` of their own, stay as they are. For
 * `provideHttpClient(withInterceptors([…]))`, as the last one: what others change then counts for the retry too.
 */
export function tokenAuthInterceptor(client: Client): HttpInterceptorFn {
  return (request, next) => (request.headers.has('authorization') ? next(request) : send(client, request, next));
}

function send(client: Client, request: Request, next: Next, isRepeated = false): Observable<HttpEvent<unknown>> {
  const url = absolute(request.urlWithParams);
  if (url === null) return next(request);
  return defer(async () => await client.begin(url)).pipe(
    concatMap((exchange) => {
      if (exchange === null) return next(request);
      const again = isRepeated ? null : () => send(client, request, next, true);
      return follow(url, exchange, next(request.clone({ setHeaders: { ...exchange.headers } })), again);
    }),
  );
}

/** The events of a request; the application gets the answer once its token is kept. */
function follow(
  url: string,
  exchange: Exchange,
  events: Observable<HttpEvent<unknown>>,
  again: (() => Observable<HttpEvent<unknown>>) | null,
): Observable<HttpEvent<unknown>> {
  let isFinished = false;
  const finish = async (answer: HttpResponse<unknown> | HttpErrorResponse | null) => {
    isFinished = true;
    if (answer === null || isElsewhere(url, answer.url)) return await exchange.finish(null);
    const { status, headers } = answer;
    return await exchange.finish({ status, headers, redirected: absolute(answer.url ?? url) !== url });
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
