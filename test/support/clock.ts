import { TestClock } from 'nestjs-token-auth/testing';
import { toMilliseconds, type Duration } from '../../lib/duration.js';

/** A test clock that can also be set back, as the clocks of servers sometimes are. */
export class SteppingClock extends TestClock {
  private behind = 0;

  stepBack(duration: Duration): void {
    this.behind += toMilliseconds(duration);
  }

  override now(): number {
    return super.now() - this.behind;
  }
}
