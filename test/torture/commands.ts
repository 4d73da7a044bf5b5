import fc from 'fast-check';
import { expectEqual } from './expect-equal.js';
import { Hold, Release } from './held-requests.js';
import type { Device } from './model.js';
import { aRequest } from './requests.js';
import { EndClient, Quick, ROUTES, SignOut } from './routes.js';
import { DEVICES, type Command, type Scene } from './scene.js';
import { BOUNDARIES, Tick } from './ticks.js';
import type { World } from './world.js';

class SignIn implements Command {
  constructor(
    private readonly user: number,
    private readonly device: Device,
  ) {}

  check(): boolean {
    return true;
  }

  async run(scene: Scene, world: World): Promise<void> {
    const user = this.user % world.users.length;
    const events = scene.model.signIn(user, this.device);
    scene.learnt.push(0);
    await world.signIn(user, this.device);
    expectEqual(world.takeEvents(), events);
    await world.expectRows(scene.model);
  }

  toString(): string {
    return `sign in user ${this.user} from ${this.device.ip} ${this.device.userAgent}`;
  }
}

/** What every run begins with. */
export const FIRST_SIGN_IN: Command = new SignIn(0, DEVICES[0] as Device);

class SignOutEverywhere implements Command {
  constructor(private readonly user: number) {}

  check(): boolean {
    return true;
  }

  async run({ model }: Scene, world: World): Promise<void> {
    const user = this.user % world.users.length;
    const events = model.endAll(user, null, 'revoked');
    await world.signOutEverywhere(user);
    expectEqual(world.takeEvents(), events);
    await world.expectRows(model);
  }

  toString(): string {
    return `sign user ${this.user} out everywhere`;
  }
}

const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const aDevice = fc.constantFrom(...DEVICES);
const quick = (name: string) => fc.tuple(aRequest, seldom).map(([of, isLost]) => new Quick(of, name, isLost));

const aTick = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...BOUNDARIES.filter((to) => to !== 'now')), fc.constantFrom(0, -1, 1))
      .map(([to, offset]) => new Tick(to, offset)),
  },
  { weight: 2, arbitrary: fc.constantFrom(1, 10, 1000, 5000, 20_000, 61_000).map((by) => new Tick('now', by)) },
  { weight: 1, arbitrary: fc.constantFrom(-1, -1000, -10_000).map((by) => new Tick('now', by)) },
);

const aRelease = fc
  .tuple(
    fc.nat(3),
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('answers' as const) },
      { weight: 3, arbitrary: fc.constantFrom('refuses' as const, 'breaks' as const, 'hangs up' as const) },
    ),
    seldom,
  )
  .map(([turn, ending, isLost]) => new Release(turn, ending, isLost));

/** Lists of commands: mostly requests and ticks, now and then what ends clients. */
export function someCommands(maxCommands: number, replayPath?: string): fc.Arbitrary<Iterable<Command>> {
  const often = (weight: number, arbitrary: fc.Arbitrary<Command>) => Array.from({ length: weight }, () => arbitrary);
  const arbitraries: fc.Arbitrary<Command>[] = [
    ...often(6, quick('a request')),
    ...often(7, aTick),
    ...often(
      3,
      aRequest.map((of) => new Hold(of)),
    ),
    ...often(3, aRelease),
    ...Object.keys(ROUTES).slice(1).map(quick),
    ...often(
      2,
      fc.tuple(fc.nat(1), aDevice).map(([user, device]) => new SignIn(user, device)),
    ),
    aRequest.map((of) => new SignOut(of)),
    fc.tuple(aRequest, fc.nat(3)).map(([of, other]) => new EndClient(of, other)),
    fc.nat(1).map((user) => new SignOutEverywhere(user)),
  ];
  return fc.commands(arbitraries, { maxCommands, size: 'max', ...(replayPath === undefined ? {} : { replayPath }) });
}
