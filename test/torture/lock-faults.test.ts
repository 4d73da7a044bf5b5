import { tokenEntityFor } from 'nestjs-token-auth';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryServer, User } from '../support/app.js';
import { eventually, sendJson, told } from '../support/client.js';
import { makeDefault, setPerConnection, strictLevels } from '../support/isolation.js';
import { locksOf } from '../support/locks.js';
import { expectDesigned, FaultLab, inHandler, NEW, STEPS, type Person } from './fault-lab.js';

/** Time enough for a database to find a deadlock: PostgreSQL looks after a second. */
const PATIENCE = { databaseTimeout: '10s' } as const;

onEveryServer('another transaction', (platform) => {
  let lab: FaultLab;
  let other: DataSource;
  let transaction: QueryRunner;
  afterEach(async () => {
    await transaction.release();
    await other.destroy();
    await lab.close();
  });

  async function open(auth: object = PATIENCE, level: string | null = null): Promise<Person> {
    lab = await FaultLab.open(platform, auth);
    if (level !== null && platform.database === 'postgres') {
      await makeDefault(lab.database, level);
      lab.proxy.cut();
    } else if (level !== null) {
      await setPerConnection(lab.app.dataSource, level);
    }
    const entities = [User, tokenEntityFor(User)];
    other = await new DataSource({ ...lab.database.options, entities } as DataSourceOptions).initialize();
    transaction = other.createQueryRunner();
    await lab.whenBack(() => signIn(lab.app, { email: freshEmail(), password: PASSWORD }));
    return await lab.person();
  }

  /** Holds the row of a client, or of its user. */
  async function hold(of: 'token' | 'user', { email, client }: Person): Promise<unknown> {
    if (!transaction.isTransactionActive) await transaction.startTransaction();
    const { manager } = transaction;
    return of === 'user'
      ? await manager.update(User, { email }, { name: 'held' })
      : await manager.update(tokenEntityFor(User), { client: client.headers['client'] ?? '' }, { userAgent: 'held' });
  }

  /** Waits until the application waits for what is held. */
  async function untilWaiting(): Promise<void> {
    const sql =
      platform.database === 'postgres'
        ? `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
        : `SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND command IN ('Query', 'Execute')
             AND info LIKE 'UPDATE%'`;
    await eventually(async () => (await other.query<unknown[]>(sql)).length > 0);
  }

  const changePassword = ({ client }: Person) =>
    sendJson(`${lab.app.url}/auth/password`, 'PUT', { password: NEW, password_confirmation: NEW }, client.headers);

  it('deadlocks with a change of the password: it is made or refused as a whole, and the client lives', async () => {
    const person = await open();
    await hold('token', person);
    const change = lab.timely(() => changePassword(person));
    await untilWaiting();
    // One of the two is chosen as the victim. The application tries again; this one gives up.
    await hold('user', person).then(
      () => transaction.commitTransaction(),
      () => transaction.rollbackTransaction(),
    );
    const answer = await change;
    expectDesigned(answer);
    lab.app.clock.advance('1h');
    expect((await lab.whenBack(() => person.client.go('/members'))).status).toBe(200);
    const password = answer.status === 200 ? NEW : PASSWORD;
    expect((await signIn(lab.app, { email: person.email, password })).status).toBe(200);
    expect(await locksOf(platform, lab.app, other)).toEqual([]);
  });

  it('holds a row on departure for longer than the limit: a batch answer, and the token serves', async () => {
    const person = await open({});
    inHandler(() => hold('token', person));
    const answer = await lab.timely(() => person.client.go('/members'));
    inHandler(() => {});
    expect([answer.status, told(answer), lab.failures.length]).toEqual([200, 'blank', 1]);
    await transaction.commitTransaction();
    expect((await lab.whenBack(() => person.client.go('/members'))).status).toBe(200);
    lab.app.clock.advance('1h');
    expect((await lab.whenBack(() => person.client.go('/members'))).status).toBe(200);
  });

  describe.each(strictLevels(platform.database))('at the level %s', (level) => {
    it('changes a row on departure: the rotation that loses is tried again', async () => {
      const person = await open(PATIENCE, level);
      inHandler(() => hold('token', person));
      const request = lab.timely(() => person.client.go('/members'));
      await untilWaiting();
      await transaction.commitTransaction();
      const answer = await request;
      inHandler(() => {});
      expect([answer.status, told(answer), lab.failures]).toEqual([200, 'token', []]);
      lab.app.clock.advance('1h');
      expect((await person.client.go('/members')).status).toBe(200);
    });
  });
});

onEveryServer('a database that refuses to write', (platform) => {
  let lab: FaultLab;
  beforeEach(async () => {
    lab = await FaultLab.open(platform);
  });
  afterEach(() => lab.close());

  const admin = async (...statements: string[]) => {
    const source = await new DataSource({ ...lab.database.options, poolSize: 1 } as DataSourceOptions).initialize();
    // Also where everybody else is read-only.
    if (platform.database === 'postgres') await source.query('SET default_transaction_read_only = off');
    for (const statement of statements) await source.query(statement);
    await source.destroy();
  };
  const name = () => new URL((lab.database.options as { url: string }).url).pathname.slice(1);

  /** What a replica, or a server that is being taken out of service, does. */
  async function setReadOnly(isReadOnly: boolean): Promise<void> {
    if (platform.database === 'postgres') {
      await admin(`ALTER DATABASE ${name()} SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
      return lab.proxy.cut();
    }
    const runners = Array.from({ length: 3 }, () => lab.app.dataSource.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    for (const runner of runners) {
      await runner.query(`SET SESSION TRANSACTION READ ${isReadOnly ? 'ONLY' : 'WRITE'}`);
      await runner.release();
    }
  }

  const table = () => lab.app.dataSource.getMetadata('UserAuthToken').tableName;

  /** What a full disk does; a trigger says it. */
  async function setFull(isFull: boolean): Promise<void> {
    const moments = ['INSERT', 'UPDATE', 'DELETE'] as const;
    if (platform.database === 'mysql') {
      const create = (moment: string) =>
        `CREATE TRIGGER full_${moment} BEFORE ${moment} ON ${table()} FOR EACH ROW
           SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1021, MESSAGE_TEXT = 'Disk full'`;
      return await admin(...moments.map((moment) => (isFull ? create(moment) : `DROP TRIGGER full_${moment}`)));
    }
    await admin(
      ...(isFull
        ? [
            `CREATE FUNCTION be_full() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`,
            `CREATE TRIGGER be_full BEFORE INSERT OR UPDATE OR DELETE ON ${table()} EXECUTE FUNCTION be_full()`,
          ]
        : [`DROP TRIGGER be_full ON ${table()}`, 'DROP FUNCTION be_full']),
    );
  }

  it.each([
    ['because it is read-only', setReadOnly],
    ['because its disk is full', setFull],
  ])('%s: reads are served, writes are 503, and nobody is signed out', async (_, set) => {
    const people = await lab.people();
    const somebody = await lab.person();
    await set(true);
    const { client } = somebody;
    const guarded = await lab.whenBack(() => client.go('/members'));
    expect([guarded.status, guarded.body, told(guarded)]).toEqual([200, { ok: true }, 'blank']);
    const refused: string[] = [];
    for (const [index, step] of STEPS.entries()) {
      const answer = await lab.timely(() => step.run(lab, people[index]!));
      expectDesigned(answer, step);
      if (answer.status === 503) refused.push(step.name);
    }
    expect(refused).toEqual(expect.arrayContaining(['the sign-in', 'the sign-up', 'the sign-out']));

    await set(false);
    for (const [index, step] of STEPS.entries()) {
      if (!refused.includes(step.name)) continue;
      const { status } = await lab.whenBack(() => step.run(lab, people[index]!));
      expect([step.name, step.answers ?? [200]]).toEqual([step.name, [status]]);
    }
    lab.app.clock.advance('1h');
    expect((await lab.whenBack(() => signUp(lab.app, { email: freshEmail(), password: PASSWORD }))).status).toBe(200);
  });
});
