import { toMilliseconds, type Duration } from '../duration.js';
import type { Clock } from '../tokens/clock.js';

/**
 * A clock that stands still until it is told to move on.
 *
 * @example
 * ```ts
 * const clock = new TestClock();
 * const module = await Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(TOKEN_AUTH_CLOCK).useValue(clock)
 *   .compile();
 * clock.advance('6s');
 * ```
 */
export class TestClock implements Clock {
  private time: number;

  /** @param start - the first reading; 2026-01-01T00:00:00Z by default. */
  constructor(start: Date | number = Date.UTC(2026, 0, 1)) {
    this.time = Number(start);
  }

  now(): number {
    return this.time;
  }

  /** Moves on by a duration: milliseconds, or text such as `'6s'`. */
  advance(duration: Duration): void {
    this.time += toMilliseconds(duration);
  }
}
