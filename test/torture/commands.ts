import fc from 'fast-check';
import { expect } from 'vitest';
import type { Arrival, Departure, Device, Occurrence, Shown, TokenModel, Visit } from './model.js';
import type { Ending } from './stage.js';
import type { Reply } from './wire.js';
import type { World } from './world.js';

/** The model, with what the test itself has to remember. */
export interface Scene {
  readonly model: TokenModel;
  readonly usesCookie: boolean;
  /** The newest token that each client has learnt of, by its number. */
  readonly learnt: number[];
  /** Requests whose handlers wait. */
  readonly held: Held[];
}

interface Held {
  readonly name: string;
  readonly visit: Visit;
  readonly unbatch: boolean;
}

export type Command = fc.AsyncCommand<Scene, World>;

const DEVICES: readonly Device[] = [
  { ip: '10.0.0.1', network: '10.0.0', userAgent: 'Phone' },
  { ip: '10.0.0.200', network: '10.0.0', userAgent: 'Phone' },
  { ip: '10.0.1.1', network: '10.0.1', userAgent: 'Phone' },
  { ip: '10.0.0.1', network: '10.0.0', userAgent: 'Laptop' },
  { ip: '2001:db8:0:1::1', network: '2001:db8:0:1', userAgent: 'Phone' },
  { ip: '2001:db8:0:1:ffff::2', network: '2001:db8:0:1', userAgent: 'Phone' },
];

/** Where a command begins: with the client that it is about, what it shows and where it comes from. */
interface Request {
  /** The client, counted from the newest. */
  readonly client: number;
  /** What the client has learnt, so many tokens before the current one, or noise. */
  readonly token: 'learnt' | number | 'noise';
  readonly rightUid: boolean;
  readonly device: Device | 'its own';
  readonly unbatch: boolean;
}

const aRequest: fc.Arbitrary<Request> = fc.record({
  client: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(3) }),
  token: fc.oneof(
    { weight: 6, arbitrary: fc.constant('learnt' as const) },
    { weight: 6, arbitrary: fc.constantFrom(0, 1) },
    { weight: 2, arbitrary: fc.nat(4) },
    { weight: 1, arbitrary: fc.constant('noise' as const) },
  ),
  rightUid: fc.oneof({ weight: 19, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  device: fc.oneof(
    { weight: 3, arbitrary: fc.constant('its own' as const) },
    { weight: 2, arbitrary: fc.constantFrom(...DEVICES) },
  ),
  unbatch: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

abstract class RequestCommand implements Command {
  constructor(protected readonly of: Request) {}

  check({ model }: Readonly<Scene>): boolean {
    return model.clients.length > 0;
  }

  abstract run(scene: Scene, world: World): Promise<void>;

  protected shown({ model, learnt }: Scene): Shown {
    const client = model.clients.length - 1 - (this.of.client % model.clients.length);
    const { token, rightUid } = this.of;
    if (token === 'noise') return { client, token, rightUid };
    const number = token === 'learnt' ? (learnt[client] ?? 0) : Math.max(0, model.client(client).current - token);
    return { client, token: number, rightUid };
  }

  protected device({ model }: Scene, { client }: Shown): Device {
    return this.of.device === 'its own' ? model.client(client).device : this.of.device;
  }

  protected get query(): string {
    return this.of.unbatch ? '&unbatch=true' : '';
  }

  /** What the printed case says of the request. */
  protected get words(): string {
    const { client, token, rightUid, device, unbatch } = this.of;
    const shown = typeof token === 'number' ? ['current', 'replaced', 'outdated'][Math.min(token, 2)] : token;
    const which = typeof token === 'number' && token > 2 ? `${shown} by ${token}` : shown;
    const from = device === 'its own' ? '' : ` from ${device.ip} ${device.userAgent}`;
    return `client -${client} shows ${which}${rightUid ? '' : ' with a wrong uid'}${from}${unbatch ? ', unbatch' : ''}`;
  }
}

/** Where a request goes, and what its handler does. */
interface Route {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body?: object;
  /** Whether the answer departs after its handler, before it, or never. */
  readonly departs: 'after' | 'early' | 'owned' | 'never';
  /** What the handler does to the user's clients. */
  readonly does?: (model: TokenModel, visit: Visit) => readonly Occurrence[];
}

const PASSWORD = { password: 'battery staple', password_confirmation: 'battery staple' };

const ROUTES: Record<string, Route> = {
  'a request': { method: 'GET', path: '/quick?ending=answers', status: 200, departs: 'after' },
  'a refused request': { method: 'GET', path: '/quick?ending=refuses', status: 422, departs: 'after' },
  'a broken request': { method: 'GET', path: '/quick?ending=breaks', status: 500, departs: 'never' },
  'a barred request': { method: 'GET', path: '/barred?', status: 403, departs: 'never' },
  'an owned response': { method: 'GET', path: '/own?', status: 200, departs: 'owned' },
  'an early rotation': { method: 'GET', path: '/early?ending=answers', status: 200, departs: 'early' },
  'a broken early rotation': { method: 'GET', path: '/early?ending=breaks', status: 500, departs: 'early' },
  validate_token: { method: 'GET', path: '/auth/validate_token?', status: 200, departs: 'after' },
  'a new password': {
    method: 'PUT',
    path: '/auth/password?',
    body: PASSWORD,
    status: 200,
    departs: 'after',
    does: (model, { client }) => model.endAll(model.client(client).user, client, 'password_changed'),
  },
  'ending all others': {
    method: 'DELETE',
    path: '/auth/clients?',
    status: 200,
    departs: 'after',
    does: (model, { client }) => model.endAll(model.client(client).user, client, 'revoked'),
  },
};

/** A request from its arrival to its answer. */
class Quick extends RequestCommand {
  constructor(
    of: Request,
    private readonly name: string,
    private readonly isLost: boolean,
  ) {
    super(of);
  }

  async run(scene: Scene, world: World): Promise<void> {
    const { model } = scene;
    const route = ROUTES[this.name] as Route;
    const shown = this.shown(scene);
    const device = this.device(scene, shown);
    const arrival = model.arrive(shown, device);
    const reply = await world.request(route.method, route.path + this.query, shown, device, route.body);
    if (arrival.visit === null) return await expectRefusal(scene, world, reply, arrival);
    const { visit } = arrival;
    const early = route.departs === 'early' ? model.depart(visit, this.of.unbatch) : null;
    const events = [...(early?.events ?? []), ...(route.does?.(model, visit) ?? [])];
    const departure = early ?? this.departure(model, visit, route);
    await expectDeparture(scene, world, reply, route.status, visit, {
      ...departure,
      events: early === null ? [...events, ...departure.events] : events,
    });
    if (!this.isLost) learn(scene, visit.client, departure);
  }

  override toString(): string {
    return `${this.name}${this.isLost ? ' whose answer gets lost' : ''}: ${this.words}`;
  }

  private departure(model: TokenModel, visit: Visit, { departs }: Route): Departure {
    if (departs === 'after') return model.depart(visit, this.of.unbatch);
    if (departs === 'owned') return model.departOwned(visit, this.of.unbatch);
    return { told: { tells: 'nothing' }, events: [] };
  }
}

/** A request whose handler waits. */
class Hold extends RequestCommand {
  async run(scene: Scene, world: World): Promise<void> {
    const shown = this.shown(scene);
    const device = this.device(scene, shown);
    const arrival = scene.model.arrive(shown, device);
    const { name, refusal } = await world.hold(shown, device, this.of.unbatch ? '?unbatch=true' : '');
    if (arrival.visit === null) {
      expect(refusal).not.toBe(null);
      return await expectRefusal(scene, world, refusal as Reply, arrival);
    }
    expect(refusal).toBe(null);
    scene.held.push({ name, visit: arrival.visit, unbatch: this.of.unbatch });
    expect(world.takeEvents()).toEqual([]);
    await world.expectRows(scene.model);
  }

  override toString(): string {
    return `hold: ${this.words}`;
  }
}

/** Lets a held request go on. */
class Release implements Command {
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

class SignOut extends RequestCommand {
  async run(scene: Scene, world: World): Promise<void> {
    const shown = this.shown(scene);
    const isKnown = shown.token !== 'noise';
    const { found, events } = scene.model.signOut(shown);
    const reply = await world.request('DELETE', '/auth/sign_out', shown, this.device(scene, shown));
    expect([reply.status, reply.told]).toEqual([found ? 200 : 404, { tells: 'nothing' }]);
    const isGone = scene.model.client(shown.client).ended;
    expect(reply.clearsCookie).toBe(scene.usesCookie && (isKnown || isGone));
    expect(world.takeEvents()).toEqual(events);
    await world.expectRows(scene.model);
  }

  override toString(): string {
    return `sign out: ${this.words}`;
  }
}

/** One client ends another one, or itself, or finds that there is none such. */
class EndClient extends RequestCommand {
  constructor(
    of: Request,
    private readonly other: number,
  ) {
    super(of);
  }

  async run(scene: Scene, world: World): Promise<void> {
    const { model } = scene;
    const shown = this.shown(scene);
    const device = this.device(scene, shown);
    const target = this.other % model.clients.length;
    const arrival = model.arrive(shown, device);
    const path = `/auth/clients/${world.idOf(target)}?${this.query}`;
    const reply = await world.request('DELETE', path, shown, device);
    if (arrival.visit === null) return await expectRefusal(scene, world, reply, arrival);
    const isOwn = target === shown.client;
    const signOut = () => model.signOut({ ...shown, token: 0 });
    const { found, events } = isOwn ? signOut() : model.revoke(model.client(shown.client).user, target);
    const departure = model.depart(arrival.visit, this.of.unbatch);
    const all = { ...departure, events: [...events, ...departure.events] };
    await expectDeparture(scene, world, reply, found ? 200 : 404, arrival.visit, all, isOwn);
    learn(scene, shown.client, departure);
  }

  override toString(): string {
    return `end client ${this.other}: ${this.words}`;
  }
}

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
    expect(world.takeEvents()).toEqual(events);
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
    expect(world.takeEvents()).toEqual(events);
    await world.expectRows(model);
  }

  toString(): string {
    return `sign user ${this.user} out everywhere`;
  }
}

/** Boundaries of the rules, from which a tick is so many milliseconds away. */
const BOUNDARIES = ['now', 'batch end', 'batch limit', 'next extension', 'touch', 'end of life'] as const;

class Tick implements Command {
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

async function expectRefusal(
  { model, usesCookie }: Scene,
  world: World,
  reply: Reply,
  { clientIsGone, events }: Extract<Arrival, { visit: null }>,
): Promise<void> {
  expect(reply).toEqual({ status: 401, told: { tells: 'nothing' }, clearsCookie: usesCookie && clientIsGone });
  expect(world.takeEvents()).toEqual(events);
  await world.expectRows(model);
}

async function expectDeparture(
  { model, usesCookie }: Scene,
  world: World,
  reply: Reply,
  status: number,
  { client }: Visit,
  departure: Departure,
  clearsCookie = false,
): Promise<void> {
  const { told } = departure;
  const owner = world.ownerOf(client);
  const isSilent = told.tells === 'nothing' || (usesCookie && !(told.tells === 'token' && told.written));
  const actual =
    reply.told.tells === 'token' && told.tells === 'token'
      ? {
          tells: 'token',
          token: world.numberOf(client, reply.told.accessToken, told.token),
          expiry: reply.told.expiry,
          owner: reply.told.owner,
        }
      : reply.told;
  const expected =
    told.tells === 'token'
      ? { tells: 'token', token: told.token, expiry: told.expiry, owner }
      : { tells: 'blank', owner };
  expect({ status: reply.status, ...actual }).toEqual({ status, ...(isSilent ? { tells: 'nothing' } : expected) });
  expect(reply.clearsCookie).toBe(usesCookie && clearsCookie);
  expect(world.takeEvents()).toEqual(departure.events);
  await world.expectRows(model, { client, ...departure });
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
    expect(world.takeEvents()).toEqual([]);
    return await world.expectRows(scene.model);
  }
  const reply = await world.release(name, ending);
  const silent: Departure = { told: { tells: 'nothing' }, events: [] };
  const departure = ending === 'breaks' ? silent : scene.model.depart(visit, unbatch);
  const status = { answers: 200, refuses: 422, breaks: 500 }[ending];
  await expectDeparture(scene, world, reply, status, visit, departure);
  if (!isLost) learn(scene, visit.client, departure);
}

/** Clients keep the newest token that they are told. */
function learn({ learnt, usesCookie }: Scene, client: number, { told }: Departure): void {
  if (told.tells !== 'token' || (usesCookie && !told.written)) return;
  learnt[client] = Math.max(learnt[client] ?? 0, told.token);
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

/** Lets all go that are held still; they have to depart by the rules too. */
export async function releaseAll(scene: Scene, world: World): Promise<void> {
  for (const held of scene.held.splice(0)) await release(scene, world, held, 'answers', false);
}
