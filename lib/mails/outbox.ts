import { AsyncResource } from 'node:async_hooks';
import { finished } from 'node:stream';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { TokenAuthEvents } from '../tokens/token-events.js';

/** How many jobs run at the same time. */
const CONCURRENCY = 5;
/** How many jobs may wait, for their turn or for another attempt. */
const MOST_WAITING = 10_000;
/** After how long an attempt counts as failed, in ms: a last resort, for a mailer that has no time limits of its own. */
const ATTEMPT_LIMIT = 60_000;
/** How long a failed job waits before it is tried again, in ms. It does not take the place of another one meanwhile. */
const PAUSES = [1_000, 5_000, 30_000, 120_000, 300_000];
/** How long the shutdown of the application waits for jobs, in ms. */
const SHUTDOWN_LIMIT = 5_000;

interface Job {
  readonly name: string;
  readonly run: () => Promise<void>;
  failures: number;
}

/** Does what a request has caused, mostly mails, apart from the request: its answer never waits for it, nor tells of it. */
@Injectable()
export class Outbox implements OnApplicationShutdown {
  private readonly logger = new Logger('TokenAuth');
  private readonly queue: Job[] = [];
  private readonly paused = new Map<Job, NodeJS.Timeout>();
  private announced = 0;
  private running = 0;
  private draining: Promise<void> | null = null;
  private readonly listeners: (() => void)[] = [];

  constructor(@Inject(TokenAuthEvents) private readonly events: TokenAuthEvents) {}

  /**
   * Runs a job as soon as there is room, and again after a pause when it fails: five times within some eight minutes. The
   * time of an attempt is limited to 60 s; no more than 10,000 jobs wait.
   *
   * @param name - what the job is called in logs and events; no secret.
   * @internal
   */
  enqueue(name: string, job: () => Promise<void>): void {
    // In the context of the caller, not of whichever job has made room.
    this.admit({ name, run: AsyncResource.bind(job), failures: 0 });
  }

  /**
   * The same, begun when the response has gone out or its peer has gone away.
   *
   * @param response - the response of the adapter or of Node.
   * @internal
   */
  afterResponse(response: object, name: string, job: () => Promise<void>): void {
    const raw = ((response as { raw?: object }).raw ?? response) as NodeJS.WritableStream;
    const entry: Job = { name, run: AsyncResource.bind(job), failures: 0 };
    this.announced++;
    finished(raw, () => {
      this.announced--;
      this.admit(entry);
    });
  }

  /** Settles when nothing runs or waits any more, also what waits for another attempt or for a response to go out. */
  async settled(): Promise<void> {
    if (this.announced + this.open > 0) await new Promise<void>((resolve) => this.listeners.push(resolve));
  }

  /**
   * Gives every job its last attempt now, and gives up after 5 s.
   *
   * @internal
   */
  drain(): Promise<void> {
    return (this.draining ??= this.finish());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.drain();
  }

  private get open(): number {
    return this.running + this.queue.length + this.paused.size;
  }

  private admit(job: Job): void {
    if (this.queue.length + this.paused.size >= MOST_WAITING) {
      this.giveUp(job, new Error(`${MOST_WAITING} jobs are waiting already`));
      this.tellIfSettled();
      return;
    }
    this.queue.push(job);
    // Never within the caller's turn: what a job does at once would delay the caller.
    setImmediate(() => this.startNext());
  }

  private startNext(): void {
    const job = this.running < CONCURRENCY ? this.queue.shift() : undefined;
    if (job === undefined) return;
    this.running++;
    void this.attempt(job);
  }

  private async attempt(job: Job): Promise<void> {
    try {
      await withinLimit(job.run);
    } catch (error) {
      this.failed(job, error);
    }
    this.running--;
    this.startNext();
    this.tellIfSettled();
  }

  private failed(job: Job, error: unknown): void {
    const pause = this.draining === null ? PAUSES[job.failures++] : undefined;
    if (pause === undefined) {
      this.giveUp(job, error);
      return;
    }
    this.logger.warn(`'${job.name}' failed and is tried again in ${pause / 1000} s: ${messageOf(error)}`);
    this.paused.set(job, setTimeout(() => this.resume(job), pause).unref());
  }

  private resume(job: Job): void {
    clearTimeout(this.paused.get(job));
    this.paused.delete(job);
    this.queue.push(job);
    this.startNext();
  }

  private giveUp(job: Job, error: unknown): void {
    this.logger.error(`'${job.name}' failed for good: ${messageOf(error)}`);
    this.events.emit('mail.failed', { kind: job.name, error });
  }

  private async finish(): Promise<void> {
    for (const job of this.paused.keys()) this.resume(job);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, SHUTDOWN_LIMIT)));
    await Promise.race([this.settled(), late]);
    clearTimeout(timer);
    if (this.open > 0) this.logger.error(`${this.open} jobs, such as mails, are lost: the application shuts down`);
    this.queue.length = 0;
  }

  private tellIfSettled(): void {
    if (this.announced + this.open > 0) return;
    for (const tell of this.listeners.splice(0)) tell();
  }
}

async function withinLimit(run: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no result after ${ATTEMPT_LIMIT / 1000} s`)), ATTEMPT_LIMIT).unref();
  });
  try {
    await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
