import { inspect } from 'node:util';
import { Outbox, TokenAuthEvents, TokenAuthUser, type AuthClient, type TokenAuthEventMap } from 'nestjs-token-auth';
import { expect } from 'vitest';
import type { TestApp } from './app.js';

export type EventName = keyof TokenAuthEventMap;

/** Every event and its fields. The compiler reports one that is missing, and one that there is not. */
export const EVENTS: { readonly [E in EventName]: { readonly [Field in keyof TokenAuthEventMap[E]]: true } } = {
  'user.signed_up': { user: true, method: true, provider: true, origin: true },
  'user.signed_in': { user: true, client: true, method: true, origin: true },
  'user.sign_in_failed': { user: true, email: true, reason: true, origin: true },
  'user.signed_out': { user: true, client: true },
  'user.updated': { user: true, client: true, changed: true },
  'user.password_changed': { user: true, by: true },
  'user.password_reset_requested': { user: true, origin: true },
  'user.email_confirmed': { user: true, email: true },
  'user.email_changed': { user: true, from: true, to: true },
  'user.locked': { user: true, origin: true },
  'user.unlocked': { user: true },
  'user.deleted': { user: true },
  'identity.linked': { user: true, provider: true },
  'client.ended': { user: true, clientIds: true, kept: true, reason: true },
  'token.rotated': { user: true, client: true, origin: true },
  'token.reused': { user: true, client: true, origin: true, revoked: true },
  'rotation.failed': { client: true, error: true },
  'mail.failed': { kind: true, error: true },
};

/** An event as tests write it: users by their address, clients by what {@link EventRecorder.call} named them. */
export type Told = [EventName, Record<string, unknown>];

const CLIENT = ['id', 'createdAt', 'lastUsedAt', 'ip', 'userAgent'];

/** Listens to every event of an application. */
export class EventRecorder {
  private readonly heard: [EventName, object][] = [];
  private readonly names = new Map<string, string>();

  constructor(
    private readonly app: TestApp,
    events: TokenAuthEvents = app.nest.get(TokenAuthEvents),
  ) {
    for (const name of Object.keys(EVENTS) as EventName[])
      events.on(name, (payload) => this.heard.push([name, payload]));
  }

  /** Names a client; those without a name are `new`. */
  call(id: string, name: string): void {
    this.names.set(id, name);
  }

  /** The events of some work, once all of it is done, that of the outbox too. */
  async during(work: () => Promise<unknown>): Promise<Told[]> {
    await this.app.nest.get(Outbox).settled();
    const { length } = this.heard;
    await work();
    await this.app.nest.get(Outbox).settled();
    return this.heard.slice(length).map(([name, payload]) => this.told(name, payload));
  }

  /** Everything that was said, as JSON and as a debugger shows it. */
  get spoken(): string {
    return this.heard.map(([, payload]) => JSON.stringify(payload) + inspect(payload, { depth: 10 })).join('\n');
  }

  private told(name: EventName, payload: object): Told {
    expectFields(name, payload);
    const fields = Object.entries(payload).map(([field, value]) => [field, this.short(field, value)]);
    return [name, Object.fromEntries(fields)];
  }

  private short(field: string, value: any): unknown {
    switch (field) {
      case 'user':
        return value === null ? null : addressOf(value);
      case 'client':
        return this.nameOfClient(value);
      case 'origin':
        expectKeys(value, ['ip', 'userAgent']);
        return value.ip === '127.0.0.1' ? value.userAgent : value.ip;
      case 'clientIds':
        return value?.map((id: string) => this.nameOf(id)).sort() ?? null;
      case 'kept':
        return value === null ? null : this.nameOf(value);
      case 'error':
        return (value as Error).name;
      default:
        return value;
    }
  }

  private nameOfClient(client: AuthClient): string {
    expectKeys(client, CLIENT);
    return this.nameOf(client.id);
  }

  private nameOf(id: string): string {
    expectId(id);
    return this.names.get(id) ?? 'new';
  }
}

function expectFields(name: EventName, payload: object): void {
  expect([name, Object.keys(payload).sort()]).toEqual([name, Object.keys(EVENTS[name]).sort()]);
}

function expectKeys(value: object, keys: string[]): void {
  expect(Object.keys(value)).toEqual(keys);
}

function expectId(id: string): void {
  expect(id).toMatch(/^[\da-f-]{36}$/);
}

function addressOf(user: TokenAuthUser): string | null {
  expect(user).toBeInstanceOf(TokenAuthUser);
  expect(user.id).toEqual(expect.anything());
  expect(user.encryptedPassword ?? null).toBe(null);
  return user.email;
}
