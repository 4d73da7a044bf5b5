import type { Departure } from './model.js';
import { expectEqual } from './expect-equal.js';
import { RequestCommand } from './requests.js';
import { expectDeparture, expectRefusal, learn, type Command, type Held, type Scene } from './scene.js';
import type { Ending } from './stage.js';
import type { Reply } from './wire.js';
import type { World } from './world.js';

/** A request whose handler waits. */
export class Hold extends RequestCommand {
  async run(scene: Scene, world: World): Promise<void> {
    const shown = this.shown(scene);
    const device = this.device(scene, shown);
    const arrival = scene.model.arrive(shown, device);
    const { name, refusal } = await world.hold(shown, device, this.of.unbatch ? '?unbatch=true' : '');
    if (arrival.visit === null) {
      expectEqual(refusal !== null, true);
      return await expectRefusal(scene, world, refusal as Reply, arrival);
    }
    expectEqual(refusal, null);
    scene.held.push({ name, visit: arrival.visit, unbatch: this.of.unbatch });
    expectEqual(world.takeEvents(), []);
    await world.expectRows(scene.model);
  }

  override toString(): string {
    return `hold: ${this.words}`;
  }
}

/** Lets a held request go on. */
export class Release implements Command {
  constructor(
    /** Counted from the one that was held first. */
    private readonly turn: number,
    private readonly ending: Ending | 'hangs up',
    private readonly isLost: boolean,
  ) {}

  check({ held }: Readonly<Scene>): boolean {
    return held.length > 0;
  }

  async run(scene: Scene, world: World): Promise<void> {
    const [held] = scene.held.splice(this.turn % scene.held.length, 1);
    if (held === undefined) return;
    await release(scene, world, held, this.ending, this.isLost);
  }

  toString(): string {
    return `release ${this.turn}, which ${this.ending}${this.isLost ? ', and the answer gets lost' : ''}`;
  }
}

/** Lets all go that are held still; they have to depart by the rules too. */
export async function releaseAll(scene: Scene, world: World): Promise<void> {
  for (const held of scene.held.splice(0)) await release(scene, world, held, 'answers', false);
}

async function release(
  scene: Scene,
  world: World,
  { name, visit, unbatch }: Held,
  ending: Ending | 'hangs up',
  isLost: boolean,
): Promise<void> {
  if (ending === 'hangs up') {
    await world.releaseAlone(name);
    expectEqual(world.takeEvents(), []);
    return await world.expectRows(scene.model);
  }
  const reply = await world.release(name, ending);
  const silent: Departure = { told: { tells: 'nothing' }, events: [] };
  const departure = ending === 'breaks' ? silent : scene.model.depart(visit, unbatch);
  const status = { answers: 200, refuses: 422, breaks: 500 }[ending];
  await expectDeparture(scene, world, reply, status, visit, departure);
  if (!isLost) learn(scene, visit.client, departure);
}
