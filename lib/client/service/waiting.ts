/** Waits for something that goes on for others where this one's signal is aborted; then throws the signal's reason. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  return await new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * Gives work a limited time, and a signal that is aborted at its end.
 *
 * @param what - such as `Signing in`, for the error.
 * @throws DOMException, a `TimeoutError`, after so many milliseconds.
 */
export async function within<T>(
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`${what} took longer than ${milliseconds} ms.`, 'TimeoutError'));
  }, milliseconds);
  try {
    return await unlessAborted(work(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Tells a callback; what it throws, or rejects with, changes nothing. */
export function tell<T>(callback: ((told: T) => unknown) | undefined, told: T): void {
  new Promise((resolve) => resolve(callback?.(told))).catch(() => {});
}
