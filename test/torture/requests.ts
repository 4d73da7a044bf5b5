import fc from 'fast-check';
import type { Device, Shown } from './model.js';
import { DEVICES, type Command, type Scene } from './scene.js';
import type { World } from './world.js';

/** Where a command begins: with the client that it is about, what it shows and where it comes from. */
export interface Request {
  /** The client, counted from the newest. */
  readonly client: number;
  /** What the client has learnt, so many tokens before the current one, or noise. */
  readonly token: 'learnt' | number | 'noise';
  readonly rightUid: boolean;
  readonly device: Device | 'its own';
  readonly unbatch: boolean;
}

export const aRequest: fc.Arbitrary<Request> = fc.record({
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

/** What all requests have in common. */
export abstract class RequestCommand implements Command {
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
