import type { Api } from './api.js';
import type { Exchange } from './exchanges.js';

/** A drop-in for the platform's `fetch` that adds the credentials to requests to the API, and follows its token. */
export function createFetch(api: Api, begin: () => Promise<Exchange>): typeof globalThis.fetch {
  return async (input, init) => {
    const request = typeof input === 'object' && 'url' in input ? input : null;
    const url = new URL(request?.url ?? (input as string | URL), api.base).href;
    const headers = new Headers(init?.headers ?? request?.headers);
    const mode = init?.mode ?? request?.mode;
    // A request without CORS could neither send credentials nor read an answer.
    if (!api.has(url) || headers.has('authorization') || mode === 'no-cors')
      return await api.send(request ?? url, init);

    const signal = init?.signal ?? request?.signal ?? null;
    const isRepeatable = !isStream(init?.body);
    for (let isFirst = true; ; isFirst = false) {
      signal?.throwIfAborted();
      const exchange = await begin();
      headers.delete('authorization');
      for (const [name, value] of Object.entries(exchange.headers)) headers.set(name, value);
      let response: Response;
      try {
        response = await api.send(request && isFirst ? request.clone() : (request ?? url), {
          ...init,
          headers,
          ...(api.cookies ? { credentials: 'include' } : {}),
        });
      } catch (error) {
        exchange.finish(null).catch(() => {});
        throw error;
      }
      const verdict = await orAborted(exchange.finish(answerOf(response, api)), signal);
      if (verdict === 'done' || !isFirst || !isRepeatable) return response;
      response.body?.cancel().catch(() => {});
    }
  };
}

/** Whether a body is gone once it has been sent. */
function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
}

/** What the API says; where a redirect has led elsewhere, that is no longer known. */
export function answerOf(response: Response, api: Api): Response {
  return response.redirected && !api.has(response.url) ? Response.error() : response;
}

/** Waits as long as the caller does. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | null): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
