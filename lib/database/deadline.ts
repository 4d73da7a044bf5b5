import { DatabaseTimeoutError } from './database-errors.js';

/** A connection of pg, which keeps its socket one level down, or of mysql2. */
interface Connection {
  readonly stream?: Socket;
  readonly connection?: { readonly stream?: Socket };
}

interface Socket {
  destroy(): unknown;
}

/**
 * The time that somebody is ready to wait for the database. Afterwards nothing more is begun, and the connection in use is
 * closed: one that is silent would be lost to its pool for ever.
 */
export class Deadline {
  private readonly end: number;
  private connection: Connection | null = null;
  private hasPassed = false;

  /** @param limit - in ms; null: no end. */
  constructor(private readonly limit: number | null) {
    this.end = performance.now() + (limit ?? Infinity);
  }

  /**
   * Waits for the work no longer than the limit.
   *
   * @throws DatabaseTimeoutError when the time is over. What the work had begun may yet be carried out.
   */
  async wait<T>(work: () => Promise<T>): Promise<T> {
    const { limit } = this;
    if (limit === null) return await work();
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.pass()), limit).unref();
      work().then(
        (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error as Error);
        },
      );
    });
  }

  /** Also where no timer runs, or an embedded database has kept it from running. */
  get isOver(): boolean {
    return this.hasPassed || performance.now() >= this.end;
  }

  /**
   * Does something with a connection that has just been got.
   *
   * @throws DatabaseTimeoutError, without doing it, when the time was over before the pool had one.
   */
  async using<T>(connection: unknown, work: () => Promise<T>): Promise<T> {
    this.hold(connection);
    try {
      return await work();
    } finally {
      this.letGo();
    }
  }

  /**
   * From now on this connection is the one to close.
   *
   * @throws DatabaseTimeoutError when the time was over before the pool had one.
   */
  hold(connection: unknown): void {
    if (this.isOver) throw this.error();
    this.connection = connection as Connection;
  }

  /** From now on the connection may serve somebody else. */
  letGo(): void {
    this.connection = null;
  }

  private pass(): DatabaseTimeoutError {
    this.hasPassed = true;
    const socket = this.connection?.stream ?? this.connection?.connection?.stream;
    // Both drivers take it for a connection that was lost.
    socket?.destroy();
    return this.error();
  }

  private error(): DatabaseTimeoutError {
    return new DatabaseTimeoutError(this.limit ?? 0);
  }
}
