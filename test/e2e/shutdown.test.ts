import type { Server } from 'node:http';
import { PasswordHasher } from 'nestjs-token-auth';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { credentialsOf, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryAdapter, onEveryPlatform, TestApp } from '../support/app.js';
import { eventually, ProtocolClient, told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { hold } from '../support/held.js';
import { startMembers } from '../support/rotation.js';

/** Whoever keeps its connection for further requests keeps the server waiting for some seconds. */
const ONCE = { connection: 'close' };

onEveryPlatform('an application that shuts down', (platform) => {
  let database: TestDatabase;
  let app: TestApp;
  beforeEach(async () => {
    database = await createDatabase(platform.database);
    app = await startMembers(platform, {}, { database, dataSource: { synchronize: true } });
  });
  afterEach(() => database.drop());

  /** Begins to shut down, and waits until nobody else is let in. */
  async function beginToClose() {
    const closing = app.close();
    const server = app.nest.getHttpServer() as Server;
    await eventually(() => !server.listening);
    return { closing, server };
  }

  /** Whether a client is signed in at the application that comes after this one. */
  async function goesOn(headers: Record<string, string>): Promise<boolean> {
    const next = await startMembers(platform, {}, { database });
    try {
      return (await new ProtocolClient(next, headers).peek('/members')).status === 200;
    } finally {
      await next.close();
    }
  }

  it('answers whoever it has let in, with a new token that goes on working', async () => {
    const client = await ProtocolClient.signedIn(app);
    const release = await hold(app, client, { headers: ONCE });
    const { closing } = await beginToClose();
    await expect(client.peek('/members')).rejects.toThrow('fetch failed');
    const answer = await release();
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    await closing;
    expect(await goesOn(credentialsOf(answer))).toBe(true);
  });

  it('leaves the token alone of whoever is cut off', async () => {
    const client = await ProtocolClient.signedIn(app);
    const release = await hold(app, client, { headers: ONCE });
    const { closing, server } = await beginToClose();
    server.closeAllConnections();
    await closing;
    await expect(release()).rejects.toThrow('fetch failed');
    expect(await goesOn(client.headers)).toBe(true);
  });

  it('finishes the sign-ins that have begun', async () => {
    const { email } = await newAccount(app);
    app.log.take();
    const signIns = Array.from({ length: 5 }, () => signIn(app, { email, password: PASSWORD }, ONCE));
    const loadsAccount = (statement: string) => /^SELECT.*encrypted/.test(statement);
    await eventually(() => app.log.statements.filter(loadsAccount).length === 5);
    const { closing } = await beginToClose();
    const answers = await Promise.all(signIns);
    expect(answers.map((answer) => [answer.status, told(answer)])).toEqual(answers.map(() => [200, 'token']));
    await closing;
    expect(await goesOn(credentialsOf(answers[0]!))).toBe(true);
  });
});

onEveryAdapter('the worker of an application that has shut down', (platform) => {
  it('computes nothing any more', async () => {
    const app = await TestApp.start(platform, { auth: { passwordCost: 10 } });
    const hasher = app.nest.get(PasswordHasher);
    const outcomes = Promise.allSettled(Array.from({ length: 20 }, () => hasher.hash(PASSWORD)));
    await app.close();
    const reasons = (await outcomes).filter((each) => each.status === 'rejected').map(({ reason }) => String(reason));
    expect(reasons.length).toBeGreaterThan(10);
    expect([...new Set(reasons)]).toEqual([expect.stringMatching(/the application has been shut down/)]);
    await expect(hasher.hash(PASSWORD)).rejects.toThrow('the application has been shut down');
    await expect(hasher.verify(PASSWORD, null)).rejects.toThrow('the application has been shut down');
  });
});
