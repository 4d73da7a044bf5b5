/**
 * The token rules said once more, as a small state machine that knows no HTTP, no database and no secret: tokens are
 * numbers, 0 being that of the sign-in. It is written from the documented rules and imports nothing of the module, so that
 * a mistake would have to be made twice to stay hidden. All times and durations are milliseconds.
 */

export interface Rules {
  readonly batchResponse: 'blank' | 'repeat' | 'omit';
  readonly lostResponse: 'strict' | 'forgiving';
  readonly onTokenReuse: 'revoke' | 'reject';
  /** `changeHeadersOnEachRequest`. */
  readonly rotates: boolean;
  /** `batchRequestBufferThrottle`. */
  readonly buffer: number;
  /** `batchRequestLimit`. */
  readonly batchLimit: number;
  /** `tokenLifespan`. */
  readonly lifespan: number;
  /** `maxNumberOfDevices`. */
  readonly devices: number;
}

/** Where a request comes from. Two of the same network and user agent count as one device. */
export interface Device {
  readonly ip: string;
  /** The IPv4 /24 or IPv6 /64 that the address is in. */
  readonly network: string;
  readonly userAgent: string;
}

/** What is known of a client. */
export interface Client {
  readonly user: number;
  readonly createdAt: number;
  /** The number of the current token; the replaced one is the one before it. */
  current: number;
  batchBegan: number;
  batchEnds: number;
  /** The advertised expiry in whole seconds. */
  expiry: number;
  lastUsed: number;
  /** The one that signed in or made the last rotation. */
  device: Device;
  ended: boolean;
}

/** What a request shows of a client: a token by its number, or something that was never one of its tokens. */
export interface Shown {
  readonly client: number;
  readonly token: number | 'noise';
  /** Whether the `uid` is that of the client's user. */
  readonly rightUid: boolean;
}

export type Occurrence =
  | { readonly event: 'token.rotated'; readonly client: number }
  | { readonly event: 'token.reused'; readonly client: number; readonly revoked: boolean }
  | { readonly event: 'user.signed_out'; readonly client: number }
  | {
      readonly event: 'client.ended';
      /** Null: all of the user, but the one that is kept. */
      readonly clients: readonly number[] | null;
      readonly kept: number | null;
      readonly reason: string;
    };

/** An accepted request between its arrival and its departure. */
export interface Visit {
  readonly client: number;
  readonly token: number;
  readonly as: 'current' | 'batched' | 'follower' | 'retry';
  readonly device: Device;
  /** The client as it was on arrival. */
  readonly seen: Readonly<Client>;
}

export type Arrival =
  | { readonly visit: Visit; readonly events: readonly Occurrence[] }
  | { readonly visit: null; readonly clientIsGone: boolean; readonly events: readonly Occurrence[] };

/** What the headers tell. `written`: the row was written for it, so that a cookie is set as well. */
export type Told =
  | { readonly tells: 'token'; readonly token: number; readonly expiry: number; readonly written: boolean }
  | { readonly tells: 'blank' }
  | { readonly tells: 'nothing' };

export interface Departure {
  readonly told: Told;
  readonly events: readonly Occurrence[];
  /** The rules leave open whether a late member that nobody had to look at holds its batch open: until when it may. */
  readonly mayHoldOpenUntil?: number;
}

const NOTHING: Told = { tells: 'nothing' };

export class TokenModel {
  readonly clients: Client[] = [];
  private lastSignIn = -Infinity;

  constructor(
    readonly rules: Rules,
    public now: number,
  ) {}

  /** Signs a client in. Those of the user that were used least recently end where there are too many. */
  signIn(user: number, device: Device): readonly Occurrence[] {
    const { buffer, devices } = this.rules;
    const createdAt = Math.max(this.now, this.lastSignIn + 1);
    this.lastSignIn = createdAt;
    const others = this.livingOf(user);
    const began = { batchBegan: this.now, batchEnds: this.now + buffer };
    const client = { user, device, createdAt, lastUsed: createdAt, current: 0, ended: false, ...began };
    this.clients.push({ ...client, expiry: this.secondsOfEnd() });
    const byUse = (a: number, b: number) =>
      this.client(b).lastUsed - this.client(a).lastUsed || this.client(b).createdAt - this.client(a).createdAt;
    const evicted = others.sort(byUse).slice(devices - 1);
    return this.end(evicted, { clients: evicted, kept: null, reason: 'evicted' });
  }

  /** Rules 1 to 5. */
  arrive({ client: number, token, rightUid }: Shown, device: Device): Arrival {
    const client = this.client(number);
    if (client.ended) return refused(true);
    if (!rightUid || token === 'noise') return refused(false);
    if (this.now >= client.lastUsed + this.rules.lifespan) return refused(true);
    const visit = { client: number, token, device, seen: { ...client } };
    const isOpen = this.isOpen(client);
    if (token === client.current) return accepted({ ...visit, as: isOpen ? 'batched' : 'current' });
    if (token === client.current - 1 && isOpen) return accepted({ ...visit, as: 'follower' });
    if (token === client.current - 1 && this.rules.lostResponse === 'forgiving') {
      return accepted({ ...visit, as: 'retry' });
    }
    return this.reused(number, device);
  }

  /** Rules 6 to 10, for an answer, or for a refusal that the handler has decided on. */
  depart(visit: Visit, unbatch: boolean): Departure {
    const client = this.client(visit.client);
    if (client.ended) return silent(NOTHING);
    switch (visit.as) {
      case 'follower':
        return this.follow(client, visit, unbatch);
      case 'retry':
        return this.resend(client, visit, unbatch);
      case 'batched':
        if (!this.rules.rotates) return silent(this.sameToken(client, visit));
        return unbatch ? this.rotate(client, visit, unbatch) : this.stay(client, visit);
      case 'current':
        return this.rules.rotates ? this.rotate(client, visit, unbatch) : silent(this.sameToken(client, visit));
    }
  }

  /** Rule 11, where the handler owns the response: a batch answer before it runs. */
  departOwned(visit: Visit, unbatch: boolean): Departure {
    const client = this.client(visit.client);
    if (!this.rules.rotates && visit.token === client.current) return silent(this.sameToken(client, visit));
    if (this.isTouchDue(client)) client.lastUsed = this.now;
    return silent(this.tell(client, visit, unbatch));
  }

  /** Any token that the client was ever given signs it out, also after its end by time. */
  signOut({ client, token }: Shown): { readonly found: boolean; readonly events: readonly Occurrence[] } {
    if (token === 'noise' || this.client(client).ended) return { found: false, events: [] };
    this.client(client).ended = true;
    return { found: true, events: [{ event: 'user.signed_out', client }] };
  }

  /** Ends one client of a user, or says that it has none such. */
  revoke(user: number, client: number): { readonly found: boolean; readonly events: readonly Occurrence[] } {
    const found = this.livingOf(user).includes(client);
    const events = found ? this.end([client], { clients: [client], kept: null, reason: 'revoked' }) : [];
    return { found, events };
  }

  /** Ends all clients of a user, but the one to keep. */
  endAll(user: number, kept: number | null, reason: string): readonly Occurrence[] {
    const others = this.livingOf(user).filter((number) => number !== kept);
    return this.end(others, { clients: null, kept, reason });
  }

  client(number: number): Client {
    const client = this.clients[number];
    if (client === undefined) throw new Error(`There is no client ${number}.`);
    return client;
  }

  livingOf(user: number): number[] {
    return [...this.clients.keys()].filter((number) => this.client(number).user === user && !this.client(number).ended);
  }

  /** How old "last used" must be to be written again. */
  get touchInterval(): number {
    return Math.min(60_000, this.rules.lifespan / 10);
  }

  /** Rule 4: an authentic token after its time. */
  private reused(number: number, device: Device): Arrival {
    const client = this.client(number);
    const revoked = this.rules.onTokenReuse === 'revoke' && !isSame(device, client.device);
    const reuse: Occurrence = { event: 'token.reused', client: number, revoked };
    if (!revoked) return { visit: null, clientIsGone: false, events: [reuse] };
    const ended = this.end([number], { clients: [number], kept: null, reason: 'token_reused' });
    return { visit: null, clientIsGone: true, events: [reuse, ...ended] };
  }

  /** Rule 10: of all who show the current token one rotates. */
  private rotate(client: Client, visit: Visit, unbatch: boolean): Departure {
    if (visit.token !== client.current) return this.follow(client, visit, unbatch);
    client.current++;
    client.expiry = Math.max(client.expiry + 1, this.secondsOfEnd());
    client.device = visit.device;
    this.beginBatch(client);
    return {
      told: { tells: 'token', token: client.current, expiry: client.expiry, written: true },
      events: [{ event: 'token.rotated', client: visit.client }],
    };
  }

  /** Rule 9: nothing is written. */
  private stay(client: Client, visit: Visit): Departure {
    const told = this.tell(client, visit, false);
    // It has outlived its batch. Whether that is noticed is the server's affair.
    if (visit.token !== client.current - 1) return silent(told);
    return { ...silent(told), mayHoldOpenUntil: this.endIfHeldOpen(client) };
  }

  /** Rule 8: a late member holds its batch open. */
  private follow(client: Client, visit: Visit, unbatch: boolean): Departure {
    const told = this.tell(client, visit, unbatch);
    if (visit.token !== client.current - 1) return silent(told);
    // A batch that began after its arrival is another one than it belongs to.
    const isItsBatch = visit.seen.current !== client.current || visit.seen.batchBegan === client.batchBegan;
    if (!isItsBatch) return { ...silent(told), mayHoldOpenUntil: this.endIfHeldOpen(client) };
    client.batchEnds = this.endIfHeldOpen(client);
    return silent(told);
  }

  /** After a lost response, with `forgiving`: the leader of a new batch is told the same successor again. */
  private resend(client: Client, visit: Visit, unbatch: boolean): Departure {
    const { seen } = visit;
    const isFirst = seen.batchBegan === client.batchBegan && seen.batchEnds === client.batchEnds;
    if (visit.token !== client.current - 1 || !isFirst) return this.follow(client, visit, unbatch);
    this.beginBatch(client);
    return silent({ tells: 'token', token: client.current, expiry: client.expiry, written: true });
  }

  /** Rule 7: no rotation; "last used" and the advertised end are written now and then. */
  private sameToken(client: Client, { token, seen }: Visit): Told {
    const written = this.isTouchDue(seen) && seen.lastUsed === client.lastUsed;
    if (written) {
      client.lastUsed = this.now;
      client.expiry = Math.max(client.expiry, this.secondsOfEnd());
    }
    return { tells: 'token', token, expiry: client.expiry, written };
  }

  /** A batch answer. The successor is told only to the device that made the rotation. */
  private tell(client: Client, { token, device }: Visit, unbatch: boolean): Told {
    const repeats = this.rules.batchResponse === 'repeat';
    const isCurrent = token === client.current;
    const isReplaced = token === client.current - 1;
    const isTold = (isCurrent && repeats) || (isReplaced && (repeats || unbatch) && isSame(device, client.device));
    if (isTold) return { tells: 'token', token: client.current, expiry: client.expiry, written: false };
    return this.rules.batchResponse === 'omit' ? NOTHING : { tells: 'blank' };
  }

  private beginBatch(client: Client): void {
    client.batchBegan = this.now;
    client.batchEnds = this.now + this.rules.buffer;
    client.lastUsed = this.now;
  }

  /** A buffer of 0 opens none, not even where the clock has been set back. */
  private isOpen({ batchEnds }: Client): boolean {
    return this.rules.buffer > 0 && this.now < batchEnds;
  }

  /** Until when a late member holds the batch open: written only where that makes a difference. */
  private endIfHeldOpen({ batchBegan, batchEnds }: Client): number {
    const { buffer, batchLimit } = this.rules;
    const end = Math.min(this.now + buffer, batchBegan + batchLimit);
    const isWorthIt = end - batchEnds >= Math.max(1, Math.min(1000, buffer / 4));
    return end > this.now && isWorthIt ? end : batchEnds;
  }

  private isTouchDue({ lastUsed }: Client): boolean {
    return this.now - lastUsed >= this.touchInterval;
  }

  private secondsOfEnd(): number {
    return Math.floor((this.now + this.rules.lifespan) / 1000);
  }

  private end(
    numbers: readonly number[],
    how: { clients: readonly number[] | null; kept: number | null; reason: string },
  ): readonly Occurrence[] {
    for (const number of numbers) this.client(number).ended = true;
    return numbers.length === 0 ? [] : [{ event: 'client.ended', ...how }];
  }
}

function isSame(a: Device, b: Device): boolean {
  return a.network === b.network && a.userAgent === b.userAgent;
}

function accepted(visit: Visit): Arrival {
  return { visit, events: [] };
}

function refused(clientIsGone: boolean): Arrival {
  return { visit: null, clientIsGone, events: [] };
}

function silent(told: Told): Departure {
  return { told, events: [] };
}
