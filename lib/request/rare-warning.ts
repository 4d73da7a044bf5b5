import { Logger } from '@nestjs/common';
import type { Clock } from '../tokens/clock.js';

/** How long nothing more is said after a warning, in ms. */
const SILENCE = 60_000;

/** Warns of what may happen thousands of times a minute: the first time, then at most once a minute, with the number in between. */
export class RareWarning {
  private readonly logger = new Logger('TokenAuth');
  private warnedAt = -Infinity;
  private unsaid = 0;

  constructor(private readonly clock: Clock) {}

  warn(message: string): void {
    const now = this.clock.now();
    // Also where the clock has been set back.
    if (Math.abs(now - this.warnedAt) < SILENCE) {
      this.unsaid++;
      return;
    }
    const more = this.unsaid === 0 ? '' : ` (${this.unsaid} more since ${new Date(this.warnedAt).toISOString()})`;
    this.logger.warn(message + more);
    this.warnedAt = now;
    this.unsaid = 0;
  }
}
