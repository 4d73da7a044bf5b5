import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { TokenAuthOptions } from 'nestjs-token-auth';
import type { DataSourceOptions } from 'typeorm';
import { ADAPTERS } from '../support/app.js';
import { Bundle, LAUNCHER } from './bundle.js';

/** Where a process can die in a request. */
export const STEPS = [
  'before the read',
  'before the update',
  'amid the update',
  'after the update',
  'during the body',
] as const;
export type Step = (typeof STEPS)[number];

/** How many processes serve at a time. */
const PROCESSES = 4;

/**
 * Several server processes on one database, Express and Fastify by turns. One that has died is replaced at once; until the
 * new one is ready, the others serve.
 */
export class Victims<App extends string> {
  private readonly places: Promise<Victim>[];
  private turn = 0;
  private started = 0;

  private constructor(
    private readonly bundle: Bundle,
    private readonly settings: object,
  ) {
    this.places = Array.from({ length: PROCESSES }, () => this.startOne());
  }

  static async start<App extends string>(
    database: DataSourceOptions,
    apps: Record<App, TokenAuthOptions>,
  ): Promise<Victims<App>> {
    const settings = { database, apps };
    return new Victims(await Bundle.make(JSON.stringify(settings)), settings);
  }

  /** The address of an app at the next process. */
  async url(app: App): Promise<string> {
    const process = await this.places[this.turn++ % PROCESSES];
    return process?.urls[app] ?? '';
  }

  /**
   * Sends the request at the next process, which has to die of it, or is killed as soon as it is due; another one takes its
   * place.
   */
  async kill<T>(app: App, request: (url: string) => Promise<T>, whenDue?: () => Promise<void>): Promise<T> {
    const place = this.turn++ % PROCESSES;
    const victim = await (this.places[place] as Promise<Victim>);
    const answer = request(victim.urls[app] ?? '');
    if (whenDue !== undefined) await whenDue().finally(() => victim.kill());
    const result = await answer;
    await this.replace(place, victim);
    return result;
  }

  /** The same for a request that its process may survive: then it is answered, and null otherwise. */
  async strike<T>(app: App, request: (url: string) => Promise<T | null>): Promise<T | null> {
    const place = this.turn++ % PROCESSES;
    const victim = await (this.places[place] as Promise<Victim>);
    const result = await request(victim.urls[app] ?? '');
    if (result === null) await this.replace(place, victim);
    return result;
  }

  /** Settles when all processes have ended, those too that were about to start. */
  async close(): Promise<void> {
    const started = await Promise.allSettled(this.places);
    await Promise.all(started.map(async (each) => each.status === 'fulfilled' && (await each.value.stop())));
    this.bundle.remove();
  }

  private async replace(place: number, victim: Victim): Promise<void> {
    const signal = await victim.died();
    if (signal !== 'SIGKILL') throw new Error(`The process ended by ${signal ?? 'itself'}.`);
    this.places[place] = this.startOne();
  }

  private async startOne(): Promise<Victim> {
    const adapter = ADAPTERS[this.started++ % ADAPTERS.length];
    return await Victim.start(this.bundle, { ...this.settings, adapter });
  }
}

/** The parent's end of victim.mjs. */
class Victim {
  private constructor(
    private readonly child: ChildProcess,
    readonly urls: Record<string, string>,
  ) {}

  static async start(bundle: Bundle, settings: object): Promise<Victim> {
    const child = fork(LAUNCHER, {
      env: { ...process.env, VICTIM: JSON.stringify(settings), VICTIM_BUNDLE: bundle.file },
      execArgv: [],
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`A server process ended with code ${code} before it served.`);
    });
    const [{ urls }] = (await Promise.race([once(child, 'message'), ended])) as [{ urls: Record<string, string> }];
    ended.catch(() => {});
    return new Victim(child, urls);
  }

  /** By which signal it dies; fails where it does not within a while. */
  async died(): Promise<string | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit', { signal: AbortSignal.timeout(20_000) });
    }
    return child.signalCode;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.child.disconnect();
    await this.died();
  }
}
