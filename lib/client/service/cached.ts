import { CachedIdentity } from './cached-identity.js';
import type { ServiceRequest, Strategy } from './session.js';
import type { SignIns } from './sign-ins.js';

/** Signs an identity in where no token of it is at hand, and uses that token until it ends. */
export class Cached<I> implements Strategy<I> {
  /** By key, the least recently used first. */
  private readonly identities = new Map<string, CachedIdentity<I>>();
  private readonly leaving = new Set<Promise<void>>();

  constructor(
    private readonly signIns: SignIns<I>,
    private readonly keyOf: (identity: I) => string,
    private readonly limit: number,
  ) {}

  async send(identity: I, request: ServiceRequest): Promise<Response | null> {
    return await this.find(identity).send(request);
  }

  async close(): Promise<void> {
    for (const key of this.identities.keys()) this.remove(key);
    await Promise.all(this.leaving);
  }

  private find(identity: I): CachedIdentity<I> {
    const key = this.keyOf(identity);
    const found = this.identities.get(key) ?? new CachedIdentity(identity, this.signIns);
    this.identities.delete(key);
    this.identities.set(key, found);
    if (this.identities.size > this.limit) {
      const [oldest = key] = this.identities.keys();
      this.remove(oldest);
    }
    return found;
  }

  private remove(key: string): void {
    const left = this.identities.get(key)?.leave();
    this.identities.delete(key);
    if (left === undefined) return;
    this.leaving.add(left);
    void left.then(() => this.leaving.delete(left));
  }
}
