import type { TokenModel } from './model.js';
import type { Command, Scene } from './scene.js';
import type { World } from './world.js';

/** Boundaries of the rules, from which a tick is so many milliseconds away. */
export const BOUNDARIES = ['now', 'batch end', 'batch limit', 'next extension', 'touch', 'end of life'] as const;

/** Moves the clock on, or a little back. */
export class Tick implements Command {
  constructor(
    private readonly to: (typeof BOUNDARIES)[number],
    private readonly offset: number,
  ) {}

  check({ model }: Readonly<Scene>): boolean {
    const step = this.step(model);
    return this.to === 'now' ? step !== 0 : step > 0;
  }

  async run({ model }: Scene, world: World): Promise<void> {
    const step = this.step(model);
    model.now += step;
    world.advance(step);
  }

  toString(): string {
    if (this.to === 'now') return `tick ${this.offset} ms`;
    return `tick to the ${this.to}${this.offset === 0 ? '' : ` ${this.offset > 0 ? '+' : ''}${this.offset} ms`}`;
  }

  private step(model: TokenModel): number {
    const newest = model.clients.findLast(({ ended }) => !ended);
    if (this.to === 'now') return this.offset;
    if (newest === undefined) return 0;
    const { buffer, batchLimit, lifespan } = model.rules;
    const boundary = {
      'batch end': newest.batchEnds,
      'batch limit': newest.batchBegan + batchLimit,
      'next extension': newest.batchEnds - buffer + Math.max(1, Math.min(1000, buffer / 4)),
      touch: newest.lastUsed + model.touchInterval,
      'end of life': newest.lastUsed + lifespan,
    }[this.to];
    return boundary + this.offset - model.now;
  }
}
