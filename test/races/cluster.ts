import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { entitiesFor, tokenEntityFor, type AuthToken, type TokenAuthOptions } from 'nestjs-token-auth';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { ADAPTERS, User } from '../support/app.js';
import { eventually } from '../support/client.js';
import { createDatabase, type DatabaseKind, type TestDatabase } from '../support/databases.js';

export interface ClusterOptions<App extends string> {
  /** The apps that every process serves, by their options. */
  readonly apps: Record<App, TokenAuthOptions>;
  /** `test`: all processes have the clock that {@link Cluster.advance} moves. `system`: each has its computer's. */
  readonly clock?: 'test' | 'system';
  /** How far the clock of each process is ahead, in ms; as many processes as there are values. */
  readonly skews?: readonly number[];
}

/** What a process reports that it should not have to. */
export interface Trouble {
  readonly event: string;
  readonly detail: string;
}

interface Report {
  readonly event: string;
  readonly detail?: string;
  readonly urls?: Record<string, string>;
}

/** Several server processes on one database, Express and Fastify by turns. */
export class Cluster<App extends string = string> {
  private readonly troubles: Trouble[] = [];
  private arrived = 0;
  private time = Date.UTC(2026, 0, 1);

  private constructor(
    private readonly processes: readonly ServerProcess[],
    private readonly dataSource: DataSource,
    private readonly database: TestDatabase,
  ) {}

  static async start<App extends string>(kind: DatabaseKind, options: ClusterOptions<App>): Promise<Cluster<App>> {
    const database = await createDatabase(kind);
    const entities = entitiesFor(User);
    const source = { ...database.options, entities, synchronize: true } as DataSourceOptions;
    const dataSource = await new DataSource(source).initialize();
    const { apps, clock = 'test', skews = [0, 0, 0, 0] } = options;
    const settings = { database: database.options, apps, clock };
    const processes = skews.map(
      (skew, index) => new ServerProcess({ ...settings, skew, adapter: ADAPTERS[index % ADAPTERS.length] }),
    );
    const cluster = new Cluster<App>(processes, dataSource, database);
    for (const process of processes) process.onReport = (report) => cluster.hear(report);
    await Promise.all(processes.map((process) => process.listening));
    await cluster.advance(0);
    return cluster;
  }

  /** The address of an app at one of the processes, by turns. */
  url(app: App, turn: number): string {
    const process = this.processes[turn % this.processes.length];
    return process?.urls[app] ?? '';
  }

  /** Moves the clock of all processes on, in ms. */
  async advance(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    await this.tell('time', this.time);
  }

  /** Waits until so many requests wait in their handlers, which is what they do when they are sent with `?held`. */
  async arrivals(count: number): Promise<void> {
    await eventually(() => this.arrived === count);
  }

  /** Lets the handlers go on. */
  async openGate(): Promise<void> {
    this.arrived = 0;
    await this.tell('open');
  }

  /** What the processes have reported since the last call. */
  async takeTroubles(): Promise<Trouble[]> {
    // What a process has sent before comes before its answer.
    await this.advance(0);
    return this.troubles.splice(0);
  }

  /** Fails when a process has reported anything since the last call. */
  async expectNoTroubles(): Promise<void> {
    const troubles = await this.takeTroubles();
    if (troubles.length > 0) throw new Error(`What must not happen has happened: ${JSON.stringify(troubles)}`);
  }

  /** The clients' rows that have these values. */
  async rowsOf(values: Partial<Pick<AuthToken, 'client' | 'uid'>>): Promise<AuthToken[]> {
    return await this.dataSource.getRepository(tokenEntityFor(User)).findBy(values);
  }

  /** The accounts with this address, all columns. */
  async accountsOf(email: string): Promise<User[]> {
    const users = this.dataSource.getRepository(User).createQueryBuilder('user');
    const hidden = this.dataSource.getMetadata(User).columns.filter(({ isSelect }) => !isSelect);
    return await users
      .addSelect(hidden.map(({ propertyName }) => `user.${propertyName}`))
      .where({ email })
      .getMany();
  }

  /** Writes into the account with this address. */
  async setAccount(email: string, values: Partial<User>): Promise<void> {
    await this.dataSource.getRepository(User).update({ email }, values);
  }

  /** Waits until no process has a mail to send any more. */
  async mailed(): Promise<void> {
    await this.tell('mail');
  }

  /** Lets time pass for a client where the processes have real clocks: everything in its row is that much longer ago. */
  async age(client: string, milliseconds: number): Promise<void> {
    const times = ['batchStartedAt', 'batchOpenUntil', 'createdAt', 'lastUsedAt'] as const;
    const { driver } = this.dataSource;
    const earlier = times.map((time) => [time, () => `${driver.escape(time)} - ${milliseconds}`]);
    await this.dataSource
      .createQueryBuilder()
      .update(tokenEntityFor(User))
      .set(Object.fromEntries(earlier))
      .where({ client })
      .execute();
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
    await this.dataSource.destroy();
    await this.database.drop();
  }

  private hear({ event, detail = '' }: Report): void {
    if (event === 'arrived') this.arrived++;
    else this.troubles.push({ event, detail });
  }

  private async tell(command: string, value?: number): Promise<void> {
    await Promise.all(this.processes.map((process) => process.tell(command, value)));
  }
}

/** The parent's end of server.mjs. */
class ServerProcess {
  readonly listening: Promise<void>;
  urls: Record<string, string> = {};
  onReport: (report: Report) => void = () => {};
  private readonly child: ChildProcess;
  private readonly answers: (() => void)[] = [];

  constructor(settings: object) {
    this.child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), {
      env: { ...process.env, RACE_SERVER: JSON.stringify(settings) },
      execArgv: [],
    });
    this.listening = new Promise((resolve, reject) => {
      this.child.once('exit', (code) => reject(new Error(`A server process ended with code ${code}.`)));
      this.child.on('message', (report: Report) => {
        if (report.event === 'done') this.answers.shift()?.();
        else if (report.event !== 'listening') this.onReport(report);
        else {
          this.urls = report.urls ?? {};
          resolve();
        }
      });
    });
  }

  /** Sends a command and waits until it has been carried out. */
  async tell(command: string, value?: number): Promise<void> {
    const done = new Promise<void>((resolve) => this.answers.push(resolve));
    this.child.send({ command, value });
    await done;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}
