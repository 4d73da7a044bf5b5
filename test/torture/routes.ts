import { expectEqual } from './expect-equal.js';
import type { Departure, Occurrence, TokenModel, Visit } from './model.js';
import { RequestCommand, type Request } from './requests.js';
import { expectDeparture, expectRefusal, learn, type Scene } from './scene.js';
import type { World } from './world.js';

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

/** By what a printed case calls them. */
export const ROUTES: Record<string, Route> = {
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
export class Quick extends RequestCommand {
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

/** A client signs itself out. */
export class SignOut extends RequestCommand {
  async run(scene: Scene, world: World): Promise<void> {
    const shown = this.shown(scene);
    const isKnown = shown.token !== 'noise';
    const { found, events } = scene.model.signOut(shown);
    const reply = await world.request('DELETE', '/auth/sign_out', shown, this.device(scene, shown));
    expectEqual([reply.status, reply.told], [found ? 200 : 404, { tells: 'nothing' }]);
    const isGone = scene.model.client(shown.client).ended;
    expectEqual(reply.clearsCookie, scene.usesCookie && (isKnown || isGone));
    expectEqual(world.takeEvents(), events);
    await world.expectRows(scene.model);
  }

  override toString(): string {
    return `sign out: ${this.words}`;
  }
}

/** One client ends another one, or itself, or finds that there is none such. */
export class EndClient extends RequestCommand {
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
