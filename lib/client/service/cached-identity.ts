import type { ServiceRequest, ServiceSession } from './session.js';
import type { SignIns } from './sign-ins.js';
import { unlessAborted } from './waiting.js';

/** One identity and its token. */
export class CachedIdentity<I> {
  private session: ServiceSession | null = null;
  /** The sign-in that all wait for. */
  private signingIn: Promise<ServiceSession> | null = null;
  /** What has to end before it can be signed out. */
  private busy = 0;
  private whenIdle: (() => void) | null = null;

  constructor(
    private readonly identity: I,
    private readonly signIns: SignIns<I>,
  ) {}

  async send(request: ServiceRequest): Promise<Response | null> {
    return await this.during(async () => {
      const session = await unlessAborted(this.current(), request.signal);
      const response = await session.send(request);
      // A sibling may have been refused before, and a newer token be there.
      if (response === null && this.session === session) this.session = null;
      return response;
    });
  }

  /** Signs it out once its requests are answered; resolves then. Nothing is sent with it any more. */
  async leave(): Promise<void> {
    if (this.busy > 0) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    if (this.session !== null) await this.signIns.signOut(this.identity, this.session);
  }

  private async current(): Promise<ServiceSession> {
    if (this.session?.isFresh === true) return this.session;
    this.signingIn ??= this.during(async () => await this.renew()).finally(() => (this.signingIn = null));
    return await this.signingIn;
  }

  private async renew(): Promise<ServiceSession> {
    this.session = null;
    this.session = await this.signIns.signIn(this.identity);
    return this.session;
  }

  private async during<T>(work: () => Promise<T>): Promise<T> {
    this.busy++;
    try {
      return await work();
    } finally {
      this.busy--;
      if (this.busy === 0) this.whenIdle?.();
    }
  }
}
