import { entitiesFor, tokenEntityFor, type AuthToken } from 'nestjs-token-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { User } from '../support/app.js';
import { eventually, send, type Answer } from '../support/client.js';
import { DATABASES, type DatabaseKind } from '../support/databases.js';
import { isUpdating } from '../support/locks.js';
import { expectEqual } from './expect-equal.js';
import { KillLab } from './kill-lab.js';
import { STEPS, type Step } from './victims.js';

/** The defaults, in ms. */
const BUFFER = 5000;
const LIFESPAN = 14 * 86_400_000;

const APPS = {
  forgiving: { lostResponse: 'forgiving' },
  repeat: { batchResponse: 'repeat' },
} as const;
type App = keyof typeof APPS;

/** Kills a server at each step of a request, so often, on one kind of database; the client goes on at another server. */
export function killAtEachStep(kind: DatabaseKind, times: number): void {
  describe.skipIf(!DATABASES.includes(kind))(`one of four processes is killed (${kind})`, () => {
    let lab: KillLab<App>;
    beforeAll(async () => {
      lab = await KillLab.open(kind, entitiesFor(User), APPS);
    });
    afterAll(() => lab.close());

    // This one takes longer: the database is made to wait.
    const timesOf = (step: Step) => (step === 'amid the update' ? Math.ceil(times / 2) : times);
    const cases = STEPS.map((step) => [timesOf(step), step] as const);

    it.each(cases)('%i times %s: no row is half-written, and the client goes on', async (times, step) => {
      const clients = {
        forgiving: new Survivor(lab, 'forgiving'),
        repeat: new Survivor(lab, 'repeat'),
      };
      for (const client of Object.values(clients)) await client.signIn();
      for (let round = 0; round < times; round++) {
        if (round % 2 === 0) await expectForgiven(clients.forgiving, step, round);
        else await expectRepeated(clients.repeat, step, round);
      }
    });
  });
}

/** With `forgiving`, what the client holds serves: at once, or at any later time. */
async function expectForgiven(client: Survivor, step: Step, round: number): Promise<void> {
  client.pass(2 * BUFFER);
  await client.loseServer(step, { learns: round % 4 === 0 });
  // Half of the times within the buffer of what the server may have written.
  if (round % 8 < 4) await expectAccepted(client);
  client.pass(round % 3 === 0 ? 100 * BUFFER : 2 * BUFFER);
  const { status, auth } = await client.go();
  expect([status, auth.accessToken]).toEqual([200, client.token]);
}

async function expectAccepted(client: Survivor): Promise<void> {
  expect((await client.go()).status).toBe(200);
}

/** With `strict` and `repeat`, a retry inside of the buffer serves, and tells the newest token. */
async function expectRepeated(client: Survivor, step: Step, round: number): Promise<void> {
  client.pass(2 * BUFFER);
  await client.loseServer(step, { learns: round % 4 === 1 });
  client.pass(round % 3 === 0 ? BUFFER - 1 : 1);
  const { status, auth } = await client.go();
  expect([status, auth.accessToken]).toEqual([200, client.token]);
}

/** A client whose servers die. */
class Survivor {
  token = '';
  private client = '';
  private uid = '';
  private time = Date.UTC(2026, 0, 1);

  constructor(
    private readonly lab: KillLab<App>,
    private readonly app: App,
  ) {}

  async signIn(): Promise<void> {
    const url = await this.lab.victims.url(this.app);
    const { status, body } = await send(`${url}/sessions`, { method: 'POST', headers: this.headers });
    expectEqual(status, 201);
    this.token = body.accessToken;
    this.client = body.client;
    this.uid = body.uid;
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** A request, at the next server, with what the client holds; it takes over what it is told. */
  async go(): Promise<Answer> {
    const answer = await send(`${await this.lab.victims.url(this.app)}/members`, { headers: this.headers });
    this.token = answer.auth.accessToken || this.token;
    return answer;
  }

  /**
   * A request that its server dies of. Nothing but the one client may have changed, and that as a whole; where the head of
   * the response has arrived, the client may have learnt the token in it.
   */
  async loseServer(step: Step, { learns }: { learns: boolean }): Promise<void> {
    const before = await this.rows();
    const path = step === 'during the body' ? '/members/stream' : '/members';
    const request = async (url: string) => {
      const response = await fetch(url + path, { headers: { ...this.headers, 'x-dies': step } }).catch(() => null);
      const body = (await response?.text().catch(() => null)) ?? null;
      return { token: response?.headers.get('access-token') ?? null, body };
    };
    const isHeld = step === 'amid the update' && this.lab.kind !== 'sqlite';
    const { token, body } = isHeld
      ? await this.killAmidUpdate(request)
      : await this.lab.victims.kill(this.app, request);
    expectEqual([token !== null, body], [step === 'during the body', null]);
    const after = await this.rows();
    const hasRotated = isHeld
      ? this.generationIn(after) > this.generationIn(before)
      : step === 'after the update' || step === 'during the body';
    expectWhole(before, after, this.client, hasRotated ? this.time : null);
    if (token !== null && learns) this.token = token;
  }

  /** The row is held until the database has the statement and the process, which waits for its result, is dead. */
  private async killAmidUpdate<T>(request: (url: string) => Promise<T>): Promise<T> {
    const { dataSource, kind, victims } = this.lab;
    const holder = dataSource.createQueryRunner();
    await holder.startTransaction();
    const row = holder.manager.createQueryBuilder(tokenEntityFor(User), 'token').setLock('pessimistic_write');
    await row.where({ client: this.client }).getOneOrFail();
    const result = await victims
      .kill(this.app, request, () => eventually(() => isUpdating(kind, dataSource)))
      .finally(() => holder.rollbackTransaction().then(() => holder.release()));
    await eventually(async () => !(await isUpdating(kind, dataSource)));
    return result;
  }

  private generationIn(rows: AuthToken[]): number {
    return rows.find(({ client }) => client === this.client)?.generation ?? 0;
  }

  private get headers(): Record<string, string> {
    const credentials = { 'access-token': this.token, client: this.client, uid: this.uid };
    return { ...(this.token === '' ? {} : credentials), 'x-time': String(this.time), 'user-agent': 'Survivor' };
  }

  private async rows(): Promise<AuthToken[]> {
    // With their users: a row without one would be missing.
    const rows = this.lab.dataSource.getRepository(tokenEntityFor(User));
    const all = await rows.find({ relations: { user: true }, order: { client: 'ASC' } });
    expectEqual(await rows.count(), all.filter(({ user }) => user !== null).length);
    return all;
  }
}

/** The rows are those from before, apart from that of a client which has rotated once, where it has at some time. */
function expectWhole(before: AuthToken[], after: AuthToken[], client: string, rotatedAt: number | null): void {
  for (const row of after) expectWellFormed(row);
  const expected = before.map((row) => {
    const now = after.find(({ id }) => id === row.id);
    return row.client !== client || rotatedAt === null || now === undefined ? row : successorOf(row, now, rotatedAt);
  });
  expect(after).toEqual(expected);
}

/** A row after its rotation; what nobody can foresee is taken from what it has become. */
function successorOf(row: AuthToken, { tokenHash, nonce, ip }: AuthToken, rotatedAt: number): Partial<AuthToken> {
  expect([tokenHash, nonce]).not.toEqual([row.tokenHash, row.nonce]);
  const now: Partial<AuthToken> = {
    generation: row.generation + 1,
    tokenHash,
    replacedHash: row.tokenHash,
    nonce,
    batchStartedAt: rotatedAt,
    batchOpenUntil: rotatedAt + BUFFER,
    expiry: Math.max(row.expiry + 1, Math.floor((rotatedAt + LIFESPAN) / 1000)),
    lastUsedAt: rotatedAt,
    ip,
    userAgent: 'Survivor',
  };
  return Object.assign({}, row, now);
}

function expectWellFormed(row: AuthToken): void {
  const digest = /^[0-9a-f]{64}$/;
  expect(row.tokenHash).toMatch(digest);
  expect(row.tagKey).toMatch(digest);
  expect([row.replacedHash === null, row.nonce === null]).toEqual([row.generation === 0, row.generation === 0]);
  if (row.replacedHash !== null) expect(row.replacedHash).toMatch(digest);
  if (row.nonce !== null) expect(row.nonce).toMatch(digest);
  expect(row.replacedHash).not.toBe(row.tokenHash);
  expect(row.batchOpenUntil).toBeGreaterThanOrEqual(row.batchStartedAt);
  expect(row.batchOpenUntil - row.batchStartedAt).toBeLessThanOrEqual(60_000);
}
