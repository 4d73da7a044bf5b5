import { Piscina } from 'piscina';
import type { BcryptTask } from './bcrypt.worker.js';
import type { PasswordVerdict } from './password-hasher.js';

/** How long the worker thread stays without work, in ms. */
const IDLE_TIMEOUT = 30_000;

/**
 * bcrypt in one worker thread, of lower priority where the platform allows, so that it never stalls the event loop. The
 * thread starts with the first task.
 */
export class BcryptPool {
  private pool: Piscina<BcryptTask, string | PasswordVerdict> | null = null;
  private isClosed = false;

  /** @param queueLimit - how many tasks may wait. */
  constructor(private readonly queueLimit: number) {}

  /** Whether no further task may wait. */
  get isFull(): boolean {
    return this.pool !== null && this.pool.queueSize >= this.queueLimit;
  }

  /** @throws Error once it is closed, also for what was begun before. */
  async run(task: BcryptTask): Promise<string | PasswordVerdict> {
    if (this.isClosed) throw shutDown();
    try {
      return await (this.pool ??= createPool()).run(task);
    } catch (error) {
      throw this.isClosed ? shutDown() : error;
    }
  }

  /** Ends its thread, for good: whatever is still to be computed has nobody any more who would wait for it. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.pool?.destroy();
    this.pool = null;
  }
}

function shutDown(): Error {
  return new Error('No password is hashed or checked any more: the application has been shut down.');
}

function createPool() {
  return new Piscina<BcryptTask, string | PasswordVerdict>({
    filename: new URL('./bcrypt.worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_TIMEOUT,
    niceIncrement: 10,
  });
}
