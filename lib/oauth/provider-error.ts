/**
 * Why somebody cannot be signed in by a provider. `refused`: the person or the provider did not want it; `unavailable`:
 * the provider cannot be reached; `failed`: its answer is not what it has to be.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  constructor(
    readonly reason: 'refused' | 'unavailable' | 'failed',
    /** For the log: no secret. */
    message: string,
  ) {
    super(message);
  }

  /** Gives what openid-client and `fetch` throw a reason, without what they quote of tokens and answers. */
  static from(error: unknown): ProviderError {
    if (error instanceof ProviderError) return error;
    const { name, code, error: word, status, message } = error as Thrown;
    const quoted = typeof word === 'string' && /^[a-z_]{1,64}$/.test(word) ? ` (${word})` : '';
    if (name === 'AuthorizationResponseError') {
      return new ProviderError(word === 'access_denied' ? 'refused' : 'failed', `the provider has refused${quoted}`);
    }
    const isDown = error instanceof TypeError || code === 'OAUTH_TIMEOUT' || (status ?? 0) >= 500;
    const text = `${message ?? 'unknown error'}${typeof code === 'string' ? ` (${code})` : ''}${quoted}`;
    return new ProviderError(isDown ? 'unavailable' : 'failed', text);
  }
}

interface Thrown {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  /** The `error` of RFC 6749, section 5.2; anybody may have written it. */
  readonly error?: unknown;
  readonly status?: number;
}
