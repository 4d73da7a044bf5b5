import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADAPTERS, type Adapter } from '../support/app.js';
import { cookie } from '../support/carriers.js';
import { send, type Answer } from '../support/client.js';
import { createDatabase, DATABASES, type DatabaseKind, type TestDatabase } from '../support/databases.js';
import { NoiseMaker, type Noise, type Triple } from './noise.js';
import { Random } from './random.js';
import { ROUNDS } from './rounds.js';
import { WireClient, type WireAnswer } from './wire-client.js';

const SEED = Number(process.env['TORTURE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** 100,000 in the long form: nine tenths on SQLite, where they are fast, the others on the servers. */
const REQUESTS: Record<DatabaseKind, number> = { sqlite: 450 * ROUNDS, postgres: 25 * ROUNDS, mysql: 25 * ROUNDS };

/** How many connections make noise at the same time, on each app. */
const CONNECTIONS = 4;

/** How long it may take on a busy machine, in ms. */
const PATIENCE = 3_600_000;

/** Between two requests of an honest client, in ms. */
const PAUSE = 20;

/**
 * What the memory may have grown by when all is over, in bytes: what a new process grows by anyway, and a little for each
 * request, so that the long form finds a leak of 250 bytes by request, and the short one of 2 KB.
 */
const mostGrowth = (requests: number) => 6 * 2 ** 20 + 50 * requests;

const APPS = ['headers', 'cookie'] as const;
type AppName = (typeof APPS)[number];
type Served = Record<AppName, { url: string; people: [Triple, ...Triple[]] }>;

/** The server process, which answers questions. */
class FuzzServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly databases: readonly TestDatabase[],
    readonly served: Served,
  ) {}

  static async start(adapter: Adapter, kind: DatabaseKind): Promise<FuzzServer> {
    const databases = [await createDatabase(kind), await createDatabase(kind)];
    const settings = { adapter, databases: databases.map(({ options }) => options) };
    const child = fork(fileURLToPath(new URL('fuzz-server.mjs', import.meta.url)), {
      execArgv: ['--expose-gc'],
      env: { ...process.env, FUZZ_SERVER: JSON.stringify(settings) },
    });
    return new FuzzServer(child, databases, (await heard(child)) as Served);
  }

  async ask(question: 'victims' | 'reached' | 'memory' | 'close'): Promise<any> {
    const answer = heard(this.child);
    this.child.send(question);
    return await answer;
  }

  async close(): Promise<void> {
    const exited = once(this.child, 'exit');
    await this.ask('close');
    await exited;
    for (const database of this.databases) await database.drop();
  }
}

async function heard(child: ChildProcess): Promise<unknown> {
  const message = once(child, 'message');
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`The server has ended with ${String(code)}.`);
  });
  exit.catch(() => {});
  const [{ answer }] = (await Promise.race([message, exit])) as [{ answer: unknown }];
  return answer;
}

/** A client that does what it should, and stays signed in whatever goes on around it. */
class HonestClient {
  requests = 0;

  constructor(
    private readonly url: string,
    private triple: Triple,
    private readonly carrier: AppName,
  ) {}

  async go(): Promise<void> {
    const headers = this.carrier === 'cookie' ? cookie(this.triple) : { ...this.triple };
    const answer = await send(`${this.url}/members`, { headers });
    if (answer.status !== 200) throw new Error(`An honest client was answered ${answer.status}.`);
    this.requests++;
    const newest = this.carrier === 'cookie' ? fromCookie(answer) : answer.auth.accessToken;
    if (newest) this.triple = { ...this.triple, 'access-token': newest };
  }
}

function fromCookie({ headers }: Answer): string | null {
  const value = /^__Host-auth_cookie=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1];
  return value === undefined ? null : JSON.parse(decodeURIComponent(value))['access-token'];
}

/** What is wrong with the answer to noise; null: nothing. */
function faultOf(answer: WireAnswer | null, { isOpen, isBroken }: Noise): string | null {
  if (answer === null) return isBroken ? null : 'hung up';
  // A 503 too: no database fails here, and nothing waits.
  if (answer.status >= 500) return 'failed';
  if (answer.status < 300 && !isOpen && !isBroken) return 'let somebody in';
  if (/^access-token: ./im.test(answer.head)) return 'told a token';
  return answer.body.includes('"known":true') ? 'took somebody for another one' : null;
}

describe.each(DATABASES)('noise, on %s', (kind) => {
  describe.each(ADAPTERS)('and %s', (adapter) => {
    let server: FuzzServer;
    beforeAll(async () => {
      server = await FuzzServer.start(adapter, kind);
    });
    afterAll(() => server.close());

    it(
      'lets nobody in, breaks nothing, and signs nobody out',
      async () => {
        console.log(`TORTURE_SEED=${SEED} (${adapter}, ${kind})`);
        const before = await server.ask('victims');
        const statuses = new Map<number, number>();
        const honest = APPS.map(
          (name) => new HonestClient(server.served[name].url, server.served[name].people[0], name),
        );
        const total = REQUESTS[kind];

        /** Sends a part of the noise; the honest clients walk along. */
        const makeNoise = async (share: number, stage: number) => {
          const perConnection = Math.ceil((total * share) / (APPS.length * CONNECTIONS));
          let isOver = false;
          const noise = APPS.flatMap((name, app) =>
            Array.from({ length: CONNECTIONS }, async (_, connection) => {
              const { url, people } = server.served[name];
              const random = new Random(SEED + 1000 * stage + 100 * app + connection);
              const maker = new NoiseMaker(random, people.slice(1), name === 'cookie');
              const wire = new WireClient(url);
              for (let each = 0; each < perConnection; each++) {
                const request = maker.next();
                const answer = await wire.send(request.bytes);
                if (request.isLast) wire.close();
                const fault = faultOf(answer, request);
                if (fault !== null)
                  throw new Error(`${fault}: ${JSON.stringify({ request: request.bytes.slice(0, 3000), answer })}`);
                statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1);
              }
              wire.close();
            }),
          );
          const walks = honest.map(async (client) => {
            for (; !isOver; await sleep(PAUSE)) await client.go();
          });
          await Promise.all([Promise.all(noise).finally(() => (isOver = true)), ...walks]);
          return (await server.ask('memory')) as number;
        };
        const started = performance.now();
        const memory = [await makeNoise(0.1, 1), await makeNoise(0.45, 2), await makeNoise(0.45, 3)] as const;
        const seconds = (performance.now() - started) / 1000;

        const megabytes = memory.map((bytes) => (bytes / 2 ** 20).toFixed(1));
        const table = [...statuses]
          .sort(([a], [b]) => a - b)
          .map(([status, count]) => `${status || 'hung up'}: ${count}`);
        console.log(
          `${total} requests in ${seconds.toFixed(0)} s; memory ${megabytes.join(' → ')} MB; ${table.join(', ')}`,
        );
        expect(await server.ask('victims')).toEqual(before);
        expect(await server.ask('reached')).toBe(honest.reduce((sum, { requests }) => sum + requests, 0));
        expect(memory[2] - memory[0]).toBeLessThan(mostGrowth(total));
      },
      PATIENCE,
    );
  });
});
