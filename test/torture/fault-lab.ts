import { Controller, Get, UseGuards } from '@nestjs/common';
import { TokenAuthEvents, TokenAuthGuard, type TokenAuthOptions } from 'nestjs-token-auth';
import type { DataSourceOptions } from 'typeorm';
import { expect } from 'vitest';
import { credentialsOf, freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { TestApp, type Platform } from '../support/app.js';
import { eventually, ProtocolClient, send, sendJson, told, type Answer } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { Mailbox, PAGE } from '../support/mailbox.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** How long the module waits for the database here, in ms. */
export const LIMIT = 500;

/** Nothing that is bounded by {@link LIMIT} takes as long as this, in ms, however slow the machine is. */
const HANG = 15_000;

export const POOL = 3;

/** What a handler does before it answers. */
let deed: () => unknown = () => {};

/** Lets the next handlers do something, between the arrival of their request and its departure. */
export function inHandler(next: () => unknown): void {
  deed = next;
}

@Controller('members')
@UseGuards(TokenAuthGuard)
class MembersController {
  @Get()
  async show() {
    await deed();
    return { ok: true };
  }
}

/** Somebody with an account, and a device. */
export interface Person {
  readonly email: string;
  readonly client: ProtocolClient;
}

/** An application whose database is reached through a proxy. */
export class FaultLab {
  readonly failures: string[] = [];

  private constructor(
    readonly app: TestApp,
    readonly database: TestDatabase,
    readonly proxy: TcpProxy,
    private readonly mailbox: Mailbox,
  ) {
    app.nest.get(TokenAuthEvents).on('rotation.failed', ({ error }) => this.failures.push(String(error)));
  }

  /** @param patience - how long the pool itself waits for a connection, in ms; 0: without end, as pools do by default. */
  static async open(platform: Platform, auth: TokenAuthOptions<any> = {}, patience = LIMIT): Promise<FaultLab> {
    inHandler(() => {});
    const database = await createDatabase(platform.database);
    const proxy = await TcpProxy.start((database.options as { url: string }).url);
    const mailbox = await Mailbox.open();
    const limit = platform.database === 'postgres' ? { connectTimeoutMS: patience } : { connectTimeout: patience };
    const app = await TestApp.start(platform, {
      auth: {
        ...mailbox.options,
        defaultPasswordResetUrl: PAGE,
        lockable: true,
        throttleAddressLimit: 1_000_000,
        databaseTimeout: LIMIT,
        lostResponse: 'forgiving',
        ...auth,
      },
      database,
      dataSource: { url: proxy.url, synchronize: true, poolSize: POOL, ...limit } as Partial<DataSourceOptions>,
      controllers: [MembersController],
    });
    return new FaultLab(app, database, proxy, mailbox);
  }

  /** Somebody whose next request rotates. */
  async person(): Promise<Person> {
    let email = '';
    // A busy machine can be slower than the limit.
    const answer = await this.whenBack(() => signUp(this.app, { email: (email = freshEmail()), password: PASSWORD }));
    if (answer.status !== 200) throw new Error(`Nobody can sign up: ${answer.status}`);
    this.app.clock.advance('10s');
    return { email, client: new ProtocolClient(this.app, credentialsOf(answer)) };
  }

  /** Somebody for each of the {@link STEPS}. */
  async people(): Promise<Person[]> {
    const people: Person[] = [];
    for (const _ of STEPS) people.push(await this.person());
    return people;
  }

  /** Makes a request, which may not hang. */
  async timely(request: () => Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const hang = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('The request hangs.')), HANG);
    });
    return await Promise.race([request(), hang]).finally(() => clearTimeout(timer));
  }

  /** Makes a request until the pool has noticed which of its connections are gone; nobody is refused meanwhile. */
  async whenBack(request: () => Promise<Answer>): Promise<Answer> {
    let answer!: Answer;
    await eventually(async () => (answer = await this.timely(request)).status !== 503);
    return answer;
  }

  /** Takes all connections of the pool; what is returned gives them back. */
  async holdPool(): Promise<() => Promise<void>> {
    const runners = Array.from({ length: POOL }, () => this.app.dataSource.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    return async () => void (await Promise.all(runners.map((runner) => runner.release())));
  }

  async close(): Promise<void> {
    this.proxy.cut();
    await this.app.close();
    await this.proxy.close();
    await this.mailbox.close();
    await this.database.drop();
  }
}

export const NEW = 'another horse';

/** A request that somebody makes while something fails. */
export interface Step {
  readonly name: string;
  readonly run: (lab: FaultLab, person: Person) => Promise<Answer>;
  /** The answers beside 503; 200 unless it is said. */
  readonly answers?: readonly number[];
  /** Whom it ends where it is carried out. */
  readonly ends?: 'client' | 'account';
  /** Whether it changes the password to {@link NEW}. */
  readonly changesPassword?: boolean;
}

const call = async ({ app }: FaultLab, method: string, path: string, body: object, headers = {}) =>
  await sendJson(`${app.url}/auth${path}`, method, body, headers);

/** All that somebody can do who has an account. */
export const STEPS: readonly Step[] = [
  { name: 'a guarded request', run: (_, { client }) => client.go('/members') },
  { name: 'the validation', run: (_, { client }) => client.go('/auth/validate_token') },
  { name: 'the sign-in', run: ({ app }, { email }) => signIn(app, { email, password: PASSWORD }) },
  { name: 'the sign-up', run: ({ app }) => signUp(app, { email: freshEmail(), password: PASSWORD }) },
  {
    name: 'the change of an address',
    run: (lab, { client }) => call(lab, 'PUT', '', { email: freshEmail() }, client.headers),
    ends: 'account',
  },
  {
    name: 'the change of a password',
    run: (lab, { client }) =>
      call(lab, 'PUT', '/password', { password: NEW, password_confirmation: NEW }, client.headers),
    changesPassword: true,
  },
  { name: 'the reset mail', run: (lab, { email }) => call(lab, 'POST', '/password', { email }) },
  { name: 'the unlock mail', run: (lab, { email }) => call(lab, 'POST', '/unlock', { email }) },
  { name: 'the reset link', run: ({ app }) => send(`${app.url}/auth/password/edit?${LINK}`), answers: [404] },
  { name: 'the list of clients', run: (_, { client }) => client.go('/auth/clients') },
  { name: 'the end of the other clients', run: (_, { client }) => client.go('/auth/clients', { method: 'DELETE' }) },
  { name: 'the sign-out', run: (_, { client }) => client.go('/auth/sign_out', { method: 'DELETE' }), ends: 'client' },
  { name: 'the deletion', run: (_, { client }) => client.go('/auth', { method: 'DELETE' }), ends: 'account' },
];

const LINK = `reset_password_token=${'A'.repeat(43)}&redirect_url=${encodeURIComponent(PAGE)}`;

/** The handler's own answer, or 503 with `Retry-After` and nothing of any token. */
export function expectDesigned(answer: Answer, { answers = [200] }: Pick<Step, 'answers'> = {}): void {
  if (answer.status !== 503) return expect(answers).toContain(answer.status);
  expect(told(answer)).toBe('nothing');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}
