import { createHash } from 'node:crypto';
import { In } from 'typeorm';
import {
  TokenAuthEvents,
  tokenEntityFor,
  TokenService,
  type AuthToken,
  type TokenAuthEventMap,
} from 'nestjs-token-auth';
import { User, type TestApp } from '../support/app.js';
import { tampered } from '../support/rotation.js';
import { expectEqual } from './expect-equal.js';
import type { Departure, Device, Occurrence, Shown, TokenModel } from './model.js';
import { Stage, type Ending } from './stage.js';
import type { Credentials, Reply, Sent, Wire } from './wire.js';

/** What the test knows of a client beside the model: its secrets, by their numbers. */
interface Secrets {
  readonly id: string;
  readonly name: string;
  readonly user: User;
  readonly tokens: string[];
  readonly digests: string[];
}

const WATCHED = ['token.rotated', 'token.reused', 'user.signed_out', 'client.ended', 'rotation.failed'] as const;

type Heard = { [E in (typeof WATCHED)[number]]: { event: E; payload: TokenAuthEventMap[E] } }[(typeof WATCHED)[number]];

let requests = 0;

/** Writes down what an application reports. */
export class EventLog {
  readonly heard: Heard[] = [];

  constructor(app: TestApp) {
    const events = app.nest.get(TokenAuthEvents);
    for (const event of WATCHED) events.on(event, (payload) => this.heard.push({ event, payload } as Heard));
  }
}

/** The server's side of a run: users and clients of its own, and what has to agree with the model after each step. */
export class World {
  readonly users: User[] = [];
  private readonly clients: Secrets[] = [];
  private readonly held = new Map<string, Sent>();

  constructor(
    private readonly app: TestApp,
    private readonly wire: Wire,
    private readonly log: EventLog,
    private readonly hasPepper: boolean,
  ) {}

  async addUser(): Promise<void> {
    this.users.push((await this.app.user()) as User);
  }

  async signIn(number: number, device: Device): Promise<void> {
    const user = this.users[number] as User;
    const origin = { ip: device.ip, userAgent: device.userAgent };
    const issued = await this.app.nest.get(TokenService).issue(user, { origin });
    const row = await this.app.dataSource
      .getRepository(tokenEntityFor(User))
      .findOneByOrFail({ client: issued.client });
    this.clients.push({ id: row.id, name: issued.client, user, tokens: [issued.accessToken], digests: [] });
  }

  async signOutEverywhere(user: number): Promise<void> {
    await this.app.nest.get(TokenService).revokeAll(this.users[user] as User);
  }

  advance(milliseconds: number): void {
    if (milliseconds >= 0) this.app.clock.advance(milliseconds);
    else this.app.clock.stepBack(-milliseconds);
  }

  async request(method: string, path: string, shown: Shown, device: Device, body?: object): Promise<Reply> {
    return await this.wire.send(method, path, this.credentialsOf(shown), device, body).reply;
  }

  /** Sends a request and waits until its handler is held, or it has been refused. */
  async hold(shown: Shown, device: Device, query: string): Promise<{ name: string; refusal: Reply | null }> {
    const name = `held-${requests++}`;
    const { arrived } = this.stage.announce(name);
    const sent = this.wire.send('GET', `/held/${name}${query}`, this.credentialsOf(shown), device);
    const refusal = await Promise.race([sent.reply, arrived.reached.then(() => null)]);
    if (refusal === null) this.held.set(name, sent);
    return { name, refusal };
  }

  async release(name: string, ending: Ending): Promise<Reply> {
    const sent = this.taken(name);
    await this.stage.release(name, ending);
    return await sent.reply;
  }

  /** The same for a request whose client has hung up. */
  async releaseAlone(name: string): Promise<void> {
    const sent = this.taken(name);
    const gone = this.stage.peerGone(name);
    sent.cut();
    await gone;
    await this.stage.release(name, 'answers');
  }

  /** Lets all go that are held still. */
  async abandon(): Promise<void> {
    for (const name of this.held.keys()) await this.release(name, 'breaks');
  }

  /** The id by which the endpoints know a client. */
  idOf(client: number): string {
    return this.secretsOf(client).id;
  }

  /** The number of the token that a client was told; a token seen for the first time gets the number it should have. */
  numberOf(client: number, accessToken: string, next: number): number | 'unknown' {
    const { tokens } = this.secretsOf(client);
    const known = tokens.indexOf(accessToken);
    if (known >= 0) return known;
    if (next !== tokens.length) return 'unknown';
    tokens.push(accessToken);
    return next;
  }

  ownerOf(client: number): string {
    const { user, name } = this.secretsOf(client);
    return `${user.uid} ${name} Bearer`;
  }

  /** Everything that was reported since the last call, in the words of the model. */
  takeEvents(): (Occurrence | { event: 'rotation.failed'; error: string })[] {
    return this.log.heard.splice(0).map((heard) => this.occurrenceOf(heard));
  }

  /** The rows have to be what the model says, all of them and no others. */
  async expectRows(model: TokenModel, departure?: { client: number } & Departure): Promise<void> {
    const rows = await this.rows();
    if (departure?.mayHoldOpenUntil !== undefined) {
      const client = model.client(departure.client);
      const row = rows.get(this.secretsOf(departure.client).name);
      if (row?.batchOpenUntil === departure.mayHoldOpenUntil) client.batchEnds = departure.mayHoldOpenUntil;
    }
    const living = [...this.clients.keys()].filter((number) => !model.client(number).ended);
    expectEqual([...rows.keys()].sort(), living.map((number) => this.secretsOf(number).name).sort());
    for (const number of living) this.expectRow(number, model, rows.get(this.secretsOf(number).name) as AuthToken);
  }

  private expectRow(number: number, model: TokenModel, row: AuthToken): void {
    const { tokens, digests } = this.secretsOf(number);
    const { current, batchBegan, batchEnds, expiry, lastUsed, createdAt, device } = model.client(number);
    digests[current] ??= this.hasPepper ? row.tokenHash : sha256(tokens[current] ?? '');
    const actual = {
      client: number,
      generation: row.generation,
      tokenHash: row.tokenHash,
      replacedHash: row.replacedHash,
      batchBegan: row.batchStartedAt,
      batchEnds: row.batchOpenUntil,
      expiry: row.expiry,
      lastUsed: row.lastUsedAt,
      createdAt: row.createdAt,
      from: `${row.ip} ${row.userAgent}`,
    };
    expectEqual(actual, {
      client: number,
      generation: current,
      tokenHash: digests[current],
      replacedHash: digests[current - 1] ?? null,
      batchBegan,
      batchEnds,
      expiry,
      lastUsed,
      createdAt,
      from: `${device.ip} ${device.userAgent}`,
    });
  }

  private async rows(): Promise<Map<string, AuthToken>> {
    const user = { id: In(this.users.map(({ id }) => id)) };
    const rows = await this.app.dataSource.getRepository(tokenEntityFor(User)).findBy({ user });
    return new Map(rows.map((row) => [row.client, row]));
  }

  private credentialsOf({ client, token, rightUid }: Shown): Credentials {
    const { name, user, tokens } = this.secretsOf(client);
    const uid = rightUid ? user.uid : 'nobody@example.com';
    if (token !== 'noise') return { client: name, uid, accessToken: tokens[token] ?? '' };
    // What was made for another client is noise here, and so is one's own token with a character changed.
    const other = this.clients[(client + 1) % this.clients.length];
    const isAlone = other === undefined || other.name === name;
    const accessToken = isAlone ? tampered(tokens.at(-1) ?? '') : (other.tokens.at(-1) ?? '');
    return { client: name, uid, accessToken };
  }

  private occurrenceOf({ event, payload }: Heard) {
    switch (event) {
      case 'rotation.failed':
        return { event, error: String(payload.error) } as const;
      case 'token.reused':
        return { event, client: this.numberOfId(payload.client.id), revoked: payload.revoked } as const;
      case 'client.ended': {
        const { clientIds, kept, reason } = payload;
        const clients = clientIds?.map((id) => this.numberOfId(id)) ?? null;
        return { event, clients, kept: kept === null ? null : this.numberOfId(kept), reason } as const;
      }
      default:
        return { event, client: this.numberOfId(payload.client.id) } as const;
    }
  }

  private numberOfId(id: string): number {
    return this.clients.findIndex((client) => client.id === id);
  }

  private taken(name: string): Sent {
    const sent = this.held.get(name);
    if (sent === undefined) throw new Error(`No request is held by the name of ${name}.`);
    this.held.delete(name);
    return sent;
  }

  private secretsOf(client: number): Secrets {
    const secrets = this.clients[client];
    if (secrets === undefined) throw new Error(`There is no client ${client}.`);
    return secrets;
  }

  private get stage(): Stage {
    return this.app.nest.get(Stage);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
