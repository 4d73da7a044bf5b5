import { entitiesFor, tokenEntityFor, type AuthToken } from 'nestjs-token-auth';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { User } from '../support/app.js';
import { send, sendJson, type Answer } from '../support/client.js';
import { createDatabase, DATABASES, type DatabaseKind, type TestDatabase } from '../support/databases.js';
import { STEPS, Victims, type Step } from './victims.js';

const BUFFER = 5000;

const APPS = {
  forgiving: { lostResponse: 'forgiving', passwordCost: 4 },
  repeat: { batchResponse: 'repeat', passwordCost: 4 },
} as const;
type App = keyof typeof APPS;

/** Kills a server at each step of a request, so often, on one kind of database; the client goes on at another server. */
export function killAtEachStep(kind: DatabaseKind, times: number): void {
  describe.skipIf(!DATABASES.includes(kind))(`one of four processes is killed (${kind})`, () => {
    let database: TestDatabase;
    let dataSource: DataSource;
    let victims: Victims<App>;
    beforeAll(async () => {
      database = await createDatabase(kind);
      const source = { ...database.options, entities: entitiesFor(User), synchronize: true } as DataSourceOptions;
      dataSource = await new DataSource(source).initialize();
      victims = new Victims(database.options, APPS);
    });
    afterAll(async () => {
      await victims.close();
      await dataSource.destroy();
      await database.drop();
    });

    it.each(STEPS)(`${times} times %s: no row is half-written, and the client goes on`, async (step) => {
      const clients = {
        forgiving: new Survivor(dataSource, victims, 'forgiving'),
        repeat: new Survivor(dataSource, victims, 'repeat'),
      };
      for (const client of Object.values(clients)) await client.signUp();
      for (let round = 0; round < times; round++) {
        if (round % 2 === 0) await surviveForgiving(clients.forgiving, step, round);
        else await surviveRepeat(clients.repeat, step, round);
      }
    });
  });
}

/** With `forgiving`, what the client holds serves: at once, or at any later time. */
async function surviveForgiving(client: Survivor, step: Step, round: number): Promise<void> {
  client.pass(2 * BUFFER);
  await client.loseServer(step, { learns: round % 4 === 0 });
  if (round % 8 < 4) expect((await client.go()).status).toBe(200);
  client.pass(round % 3 === 0 ? 100 * BUFFER : 2 * BUFFER);
  const { status, auth } = await client.go();
  expect([status, auth.accessToken]).toEqual([200, client.token]);
}

/** With `strict` and `repeat`, a retry inside of the buffer serves, and tells the newest token. */
async function surviveRepeat(client: Survivor, step: Step, round: number): Promise<void> {
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
    private readonly dataSource: DataSource,
    private readonly victims: Victims<App>,
    private readonly app: App,
  ) {}

  async signUp(): Promise<void> {
    const body = { email: `${this.app}-${Math.random().toString(36).slice(2)}@example.com`, password: 'correct horse' };
    const url = await this.victims.url(this.app);
    const { status, auth } = await sendJson(`${url}/auth`, 'POST', body, this.headers);
    expect(status).toBe(200);
    this.token = auth.accessToken ?? '';
    this.client = auth.client ?? '';
    this.uid = auth.uid ?? '';
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** A request, at the next server, with what the client holds; it takes over what it is told. */
  async go(): Promise<Answer> {
    const answer = await send(`${await this.victims.url(this.app)}/members`, { headers: this.headers });
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
    const told = await this.victims.kill(this.app, async (url) => {
      try {
        const response = await fetch(url + path, { headers: { ...this.headers, 'x-dies': step } });
        await expect(response.text()).rejects.toThrow();
        return response.headers.get('access-token');
      } catch {
        return null;
      }
    });
    const after = await this.rows();
    const isWritten = step === 'after the update' || step === 'during the body';
    expect(told === null).toBe(step !== 'during the body');
    expectWhole(before, after, this.client, isWritten);
    if (told !== null && learns) this.token = told;
  }

  private get headers(): Record<string, string> {
    const credentials = { 'access-token': this.token, client: this.client, uid: this.uid };
    return { ...(this.token === '' ? {} : credentials), 'x-time': String(this.time), 'user-agent': 'Survivor' };
  }

  private async rows(): Promise<AuthToken[]> {
    // With their users: a row without one would be missing.
    const rows = this.dataSource.getRepository(tokenEntityFor(User));
    const all = await rows.find({ relations: { user: true }, order: { client: 'ASC' } });
    expect(await rows.count()).toBe(all.filter(({ user }) => user !== null).length);
    return all;
  }
}

/** The rows are those from before, apart from one, which has rotated once or not at all. */
function expectWhole(before: AuthToken[], after: AuthToken[], client: string, isWritten: boolean): void {
  const isOther = (row: AuthToken) => row.client !== client || !isWritten;
  expect(after.filter(isOther)).toEqual(before.filter(isOther));
  for (const row of after) expectWellFormed(row);
  if (!isWritten) return;
  const [old, now] = [before, after].map((rows) => rows.find((row) => row.client === client)) as [AuthToken, AuthToken];
  expect(now).toEqual({
    ...old,
    generation: old.generation + 1,
    tokenHash: now.tokenHash,
    replacedHash: old.tokenHash,
    nonce: now.nonce,
    batchStartedAt: now.lastUsedAt,
    batchOpenUntil: now.lastUsedAt + BUFFER,
    lastUsedAt: now.lastUsedAt,
    expiry: now.expiry,
    ip: now.ip,
    userAgent: now.userAgent,
  });
  expect(now.tokenHash).not.toBe(old.tokenHash);
  expect(now.expiry).toBeGreaterThan(old.expiry);
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
