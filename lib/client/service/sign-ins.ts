import { ServiceUnavailableError, TokenAuthError } from '../errors.js';
import type { ServiceClientOptions } from './service-options.js';
import type { Scheme, ServiceSession } from './session.js';
import { tell, within } from './waiting.js';

/** What both strategies are made of: signing in and out, within the time allowed, and telling where that fails. */
export class SignIns<I> {
  constructor(
    private readonly scheme: Scheme,
    private readonly options: ServiceClientOptions<I>,
  ) {}

  /** @throws ServiceUnavailableError whatever the reason, which is its `cause`. */
  async signIn(identity: I): Promise<ServiceSession> {
    const { credentials, onSignInFailed } = this.options;
    try {
      return await within(this.timeout, 'Signing in', async (signal) => {
        return await this.scheme.signIn(await credentials(identity), signal);
      });
    } catch (error) {
      tell(onSignInFailed, { identity, error });
      throw unavailable(error);
    }
  }

  /** Never throws. */
  async signOut(identity: I, session: ServiceSession): Promise<void> {
    try {
      await within(this.timeout, 'Signing out', async (signal) => await session.signOut(signal));
    } catch (error) {
      tell(this.options.onSignOutFailed, { identity, error });
    }
  }

  private get timeout(): number {
    return this.options.timeout ?? 10_000;
  }
}

/**
 * What a request fails with.
 *
 * @param cause - why; the time that it says to wait is passed on.
 */
export function unavailable(cause: unknown): ServiceUnavailableError {
  const knowsWhen = cause instanceof TokenAuthError || cause instanceof ServiceUnavailableError;
  return new ServiceUnavailableError({ cause, retryAfter: knowsWhen ? cause.retryAfter : undefined });
}
