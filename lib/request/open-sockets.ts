import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { SocketEndReason } from '../options/carrier.options.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { endOf } from '../tokens/rotation.js';
import { SharedClock } from '../tokens/shared-clock.js';
import type { Session } from '../tokens/token-authenticator.js';
import { TokenAuthEvents, type TokenAuthEventMap } from '../tokens/token-events.js';
import { TokenStore } from '../tokens/token-store.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { UserTable } from '../users/user-table.js';
import { closeSocket, isOver, isWatched, onceOver, type WatchedSocket } from './sockets.js';

/** How often clients with open sockets are looked for in the database, in ms: another process may have ended them. */
const INTERVAL = 15_000;

/** How many clients one SELECT asks for. */
const CHUNK = 500;

/** A client with the sockets that it has open in this process. */
interface Presence {
  readonly user: AnyUser;
  readonly sockets: Set<WatchedSocket>;
}

/**
 * Knows which clients have sockets open in this process, and tells these when their client has ended. Events of this process
 * say at once where to look, a timer finds out about the rest; who has ended is what the database says.
 */
@Injectable()
export class OpenSockets implements OnModuleDestroy {
  private readonly logger = new Logger('TokenAuth');
  private readonly clients = new Map<string, Presence>();
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;

  constructor(
    @Inject(TokenStore) private readonly store: TokenStore,
    @Inject(UserTable) private readonly users: UserTable,
    @Inject(SharedClock) private readonly clock: SharedClock,
    @Inject(TokenAuthEvents) events: TokenAuthEvents,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {
    events.on('client.ended', (event) => this.check(this.idsOf(event), event.reason));
    events.on('user.signed_out', ({ client }) => this.check([client.id], 'signed_out'));
  }

  onModuleDestroy(): void {
    this.isClosing = true;
    clearTimeout(this.timer);
  }

  /** How many sockets are known. */
  get size(): number {
    return [...this.clients.values()].reduce((sum, { sockets }) => sum + sockets.size, 0);
  }

  /** Remembers the socket of a client until it closes. */
  add(socket: object, session: Session): void {
    const { id } = session.client;
    const sockets = this.clients.get(id)?.sockets ?? new Set<WatchedSocket>();
    if (!isWatched(socket) || isOver(socket) || sockets.has(socket)) return;
    sockets.add(socket);
    this.clients.set(id, { user: session.user, sockets });
    onceOver(socket, () => this.forget(socket, id));
    this.schedule();
    // The client may have been ended since it was authenticated.
    if (this.store.disturbances !== session.arrival.disturbances) void this.orLater(() => this.check([id], 'unknown'));
  }

  /** Looks for all clients with open sockets in the database. */
  async checkAll(): Promise<void> {
    await this.check([...this.clients.keys()], 'unknown');
  }

  private forget(socket: WatchedSocket, id: string): void {
    const sockets = this.clients.get(id)?.sockets;
    sockets?.delete(socket);
    if (sockets?.size === 0) this.clients.delete(id);
    if (this.clients.size === 0) this.unschedule();
  }

  private idsOf({ user, clientIds, kept }: TokenAuthEventMap['client.ended']): readonly string[] {
    if (clientIds !== null) return clientIds;
    const isSame = (other: AnyUser) => this.users.metadata.compareEntities(user, other);
    return [...this.clients].filter(([id, presence]) => id !== kept && isSame(presence.user)).map(([id]) => id);
  }

  /** Tells the sockets of those of these clients that have ended. */
  private async check(clientIds: readonly string[], reason: SocketEndReason): Promise<void> {
    const ids = clientIds.filter((id) => this.clients.has(id));
    for (let start = 0; start < ids.length; start += CHUNK) {
      for (const [id, expired] of await this.endedAmong(ids.slice(start, start + CHUNK))) {
        this.end(id, expired ? 'expired' : reason);
      }
    }
  }

  /** The clients that have ended, and whether by their age. */
  private async endedAmong(ids: readonly string[]): Promise<Map<string, boolean>> {
    const now = await this.clock.now();
    let rows = await this.store.listByIds(ids);
    // What is gone may have been deleted by a transaction of the application that is rolled back yet.
    if (rows.length < ids.length && (await this.store.untilSettled())) rows = await this.store.listByIds(ids);
    const ended = new Map(ids.map((id) => [id, false]));
    for (const row of rows) {
      if (now < endOf(row, this.config.rules)) ended.delete(row.id);
      else ended.set(row.id, true);
    }
    return ended;
  }

  private end(id: string, reason: SocketEndReason): void {
    const sockets = [...(this.clients.get(id)?.sockets ?? [])];
    // Before they are told, so that none is told twice.
    for (const socket of sockets) this.forget(socket, id);
    for (const socket of sockets) void this.tell(socket, reason);
  }

  /** Nobody waits: one that never answers must not keep the others open. */
  private async tell(socket: WatchedSocket, reason: SocketEndReason): Promise<void> {
    try {
      await (this.config.endSocket ?? closeSocket)(socket, reason);
    } catch (error) {
      this.logger.error(`A WebSocket could not be told that its client has ended: ${String(error)}`);
    }
  }

  /** A chain of timers, because a look may take longer than the interval. */
  private schedule(): void {
    if (this.timer !== undefined || this.isClosing) return;
    const timer = setTimeout(() => void this.tick(timer), INTERVAL).unref();
    this.timer = timer;
  }

  private unschedule(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async tick(timer: NodeJS.Timeout): Promise<void> {
    await this.orLater(() => this.checkAll());
    // Everybody has gone meanwhile, and who has come since has begun a chain of their own.
    if (this.timer !== timer) return;
    this.timer = undefined;
    if (this.clients.size > 0) this.schedule();
  }

  /** A fault of the database ends nobody; the next look tells. */
  private async orLater(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      this.logger.warn(`It could not be found out whose WebSockets are to be closed: ${String(error)}`);
    }
  }
}
