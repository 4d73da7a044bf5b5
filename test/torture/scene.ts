import type fc from 'fast-check';
import { expect } from 'vitest';
import type { Arrival, Departure, Device, TokenModel, Visit } from './model.js';
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

/** A request whose handler waits. */
export interface Held {
  readonly name: string;
  readonly visit: Visit;
  readonly unbatch: boolean;
}

export type Command = fc.AsyncCommand<Scene, World>;

export const DEVICES: readonly Device[] = [
  { ip: '10.0.0.1', network: '10.0.0', userAgent: 'Phone' },
  { ip: '10.0.0.200', network: '10.0.0', userAgent: 'Phone' },
  { ip: '10.0.1.1', network: '10.0.1', userAgent: 'Phone' },
  { ip: '10.0.0.1', network: '10.0.0', userAgent: 'Laptop' },
  { ip: '2001:db8:0:1::1', network: '2001:db8:0:1', userAgent: 'Phone' },
  { ip: '2001:db8:0:1:ffff::2', network: '2001:db8:0:1', userAgent: 'Phone' },
];

/** What a refused request may tell and leave behind. */
export async function expectRefusal(
  { model, usesCookie }: Scene,
  world: World,
  reply: Reply,
  { clientIsGone, events }: Extract<Arrival, { visit: null }>,
): Promise<void> {
  expect(reply).toEqual({ status: 401, told: { tells: 'nothing' }, clearsCookie: usesCookie && clientIsGone });
  expect(world.takeEvents()).toEqual(events);
  await world.expectRows(model);
}

/** What an accepted request tells and leaves behind. */
export async function expectDeparture(
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

/** Clients keep the newest token that they are told. */
export function learn({ learnt, usesCookie }: Scene, client: number, { told }: Departure): void {
  if (told.tells !== 'token' || (usesCookie && !told.written)) return;
  learnt[client] = Math.max(learnt[client] ?? 0, told.token);
}
