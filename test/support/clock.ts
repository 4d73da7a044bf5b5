import { TestClock } from 'nestjs-token-auth/testing';

type Duration = Parameters<TestClock['advance']>[0];

/** A test clock that can also be set back, as the clocks of servers sometimes are. */
export class SteppingClock extends TestClock {
  private behind = 0;

  stepBack(duration: Duration): void {
    const step = new TestClock(0);
    step.advance(duration);
    this.behind += step.now();
  }

  override now(): number {
    return super.now() - this.behind;
  }
}
