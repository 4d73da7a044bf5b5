import { createTokenAuthClient, memoryStorage, type TokenAuthClient } from 'nestjs-token-auth/client';
import { PASSWORD } from './accounts.js';
import type { TestApp } from './app.js';
import { Wire } from './client-app.js';

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Around the buffer of five seconds. */
const TICKS = ['0s', '100ms', '1s', '4900ms', '5s', '5100ms', '10s', '70s'] as const;

/** Two tabs of one browser on a bad network. */
export class Walk {
  readonly refusals: unknown[] = [];
  readonly statuses = new Map<string, number>();
  requests = 0;
  lost = 0;
  signOuts = 0;
  /** How many sessions were there again after a sign-out. */
  revivals = 0;
  private readonly tabs: TokenAuthClient<any>[];
  private isLossy = true;

  constructor(
    private readonly app: TestApp,
    private readonly random: () => number,
    private readonly email: string,
  ) {
    const storage = { ...memoryStorage(), channel: `walk-${email}` };
    this.tabs = [1, 2].map(() => {
      const wire = new Wire();
      wire.fate = (_, pass) => this.carry(pass);
      const tab = createTokenAuthClient<any>({ baseUrl: app.url, storage, fetch: wire.fetch });
      tab.onChange((change) => {
        if (change.kind === 'signed_out' && change.reason === 'refused') this.refusals.push(change);
      });
      return tab;
    });
  }

  async signIn(): Promise<void> {
    this.isLossy = false;
    await this.pick(this.tabs).signIn({ email: this.email, password: PASSWORD });
    this.isLossy = true;
  }

  async step(): Promise<void> {
    const tab = this.pick(this.tabs);
    const dice = this.random();
    if (dice < 0.005) return await this.signOut(tab);
    if (dice < 0.05) await tab.validate().catch(() => {});
    await Promise.all(Array.from({ length: 1 + Math.floor(this.random() * 6) }, () => this.request()));
    this.app.clock.advance(this.pick(TICKS));
  }

  /** What each tab is answered once nothing is lost any more, and who is signed in there. */
  async outcome(): Promise<unknown[]> {
    this.isLossy = false;
    const outcomes: unknown[] = [];
    for (const tab of this.tabs) {
      const { status } = await tab.fetch('/members');
      outcomes.push([status, (await tab.validate())?.email]);
    }
    return outcomes;
  }

  close(): void {
    for (const tab of this.tabs) tab.close();
  }

  private async request(): Promise<void> {
    await this.pause();
    this.requests++;
    const signal = this.random() < 0.02 ? AbortSignal.timeout(1) : null;
    const outcome = await this.pick(this.tabs)
      .fetch('/members', { signal })
      .then(
        async (response) => {
          await response.arrayBuffer();
          return String(response.status);
        },
        () => 'lost',
      );
    this.statuses.set(outcome, (this.statuses.get(outcome) ?? 0) + 1);
  }

  private async signOut(tab: TokenAuthClient<any>): Promise<void> {
    this.signOuts++;
    const late = this.request();
    await tab.signOut().catch(() => {});
    // Asked by somebody whom nobody knows: refused, and no more.
    this.statuses.set('401', 0);
    await late;
    this.statuses.set('401', 0);
    if (tab.isSignedIn) this.revivals++;
    await this.signIn();
  }

  /** Of twenty requests one is lost: half of them on their way, half on their way back. Ticks pass, and orders change. */
  private async carry(pass: () => Promise<Response>): Promise<Response> {
    const dice = this.isLossy ? this.random() : 1;
    await this.pause();
    if (dice < 0.025) throw this.loss();
    const response = await pass();
    if (this.random() < 0.1) this.app.clock.advance(this.pick(TICKS));
    await this.pause();
    if (dice >= 0.05) return response;
    await response.arrayBuffer();
    throw this.loss();
  }

  private loss(): Error {
    this.lost++;
    return new TypeError('fetch failed');
  }

  private async pause(): Promise<void> {
    for (let turns = this.random() * 4; turns > 1; turns--) await new Promise((resolve) => setImmediate(resolve));
  }

  private pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.random() * values.length)] as T;
  }
}
