import type { ServiceRequest, ServiceSession, Strategy } from './session.js';
import type { SignIns } from './sign-ins.js';
import { unlessAborted } from './waiting.js';

/** Signs in for each request, uses the token once and signs out. */
export class PerRequest<I> implements Strategy<I> {
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(private readonly signIns: SignIns<I>) {}

  async send(identity: I, request: ServiceRequest): Promise<Response | null> {
    // Not aborted with the request: a sign-in whose answer is not awaited would leave a token behind.
    const whole = this.signIns.signIn(identity).then(async (session) => await this.use(identity, session, request));
    const done: Promise<unknown> = whole.catch(() => {}).finally(() => this.underWay.delete(done));
    this.underWay.add(done);
    return await unlessAborted(whole, request.signal);
  }

  async close(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** The headers have arrived by the time it signs out; a body goes on arriving. */
  private async use(identity: I, session: ServiceSession, request: ServiceRequest): Promise<Response | null> {
    try {
      request.signal?.throwIfAborted();
      return await session.send(request);
    } finally {
      await this.signIns.signOut(identity, session);
    }
  }
}
