import { throttleEntityFor, type Throttle } from 'nestjs-token-auth';
import { SignInThrottle } from '../../dist/throttling/sign-in-throttle.js';
import { User, type TestApp } from './app.js';

/** What became of an attempt: `true`, or how many seconds it has to wait. */
export type Outcome = true | number;

/** Attempts to sign in, below HTTP: with any account, from any address. */
export class Attempts {
  private readonly throttle: SignInThrottle;
  private serial = 0;

  constructor(private readonly app: TestApp) {
    this.throttle = app.nest.get(SignInThrottle);
  }

  /** Makes an attempt whose password is wrong. */
  async fail(account: string, ip: string | null = this.freshAddress()): Promise<Outcome> {
    const outcome = await this.throttle.admit(account, ip);
    return outcome.admitted || outcome.retryAfter;
  }

  /** Makes so many, one after another; they must be admitted. */
  async failTimes(count: number, account: string, ip?: string | null): Promise<void> {
    for (let turn = 1; turn <= count; turn++) {
      const outcome = await this.fail(account, ip);
      if (outcome !== true) throw new Error(`Attempt ${turn} of ${count} was refused for ${outcome} s.`);
    }
  }

  /** Makes an attempt whose password is right. */
  async succeed(account: string, ip: string | null = this.freshAddress()): Promise<Outcome> {
    const outcome = await this.throttle.admit(account, ip);
    if (outcome.admitted) await outcome.succeeded();
    return outcome.admitted || outcome.retryAfter;
  }

  /** Makes an attempt whose password takes time to verify; tells how to go on with the right one. */
  async begin(account: string, ip: string | null = this.freshAddress()): Promise<() => Promise<void>> {
    const outcome = await this.throttle.admit(account, ip);
    if (!outcome.admitted) throw new Error('The attempt was refused.');
    return () => outcome.succeeded();
  }

  async forget(account: string): Promise<void> {
    await this.throttle.forget(account);
  }

  /** An account and an address that nobody has used. */
  freshAccount(): string {
    return `nobody-${++this.serial}@example.com`;
  }

  freshAddress(): string {
    this.serial++;
    return `10.${this.serial >> 16}.${(this.serial >> 8) & 255}.${this.serial & 255}`;
  }

  /** The counters in the table. */
  async rows(): Promise<Throttle[]> {
    return await this.app.dataSource.getRepository(throttleEntityFor(User)).find();
  }

  /** What they have counted, the most first. */
  async counts(): Promise<number[]> {
    return (await this.rows()).map(({ count }) => count).sort((a, b) => b - a);
  }

  async clear(): Promise<void> {
    await this.app.dataSource.getRepository(throttleEntityFor(User)).clear();
  }
}
