import { TokenService } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, PASSWORD, signIn, credentialsOf } from '../support/accounts.js';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, sendJson, told } from '../support/client.js';
import { Interloper } from '../support/interloper.js';
import { SlowHasher } from '../support/slow-hasher.js';
import { expectSignedIn, expectSignedOut, idOf } from '../support/visits.js';

const DELETE = { method: 'DELETE' };

onEveryDatabase('clients that are ended at the same time', (platform) => {
  let app: TestApp;
  let user: User;
  let laptop: ProtocolClient;
  let phone: ProtocolClient;
  beforeAll(async () => {
    app = await TestApp.start(platform, { auth: { passwordHasher: SlowHasher } });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    user = await app.user();
    laptop = await ProtocolClient.signedIn(app, user);
    phone = await ProtocolClient.signedIn(app, user);
  });

  it('end once', async () => {
    const path = `/auth/clients/${await idOf(app, phone)}`;
    const answers = await Promise.all([
      laptop.peek(path, DELETE),
      laptop.peek(path, DELETE),
      laptop.peek(path, DELETE),
    ]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 404, 404]);
    await expectSignedOut(app, phone);
  });

  it('keep the one that asks twice', async () => {
    const answers = await Promise.all([laptop, laptop, laptop].map((client) => client.go('/auth/clients', DELETE)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await expectSignedOut(app, phone);
    await expectSignedIn(app, laptop);
  });

  it('are never both ended by each other', async () => {
    const tablet = await ProtocolClient.signedIn(app, user);
    const clients = [laptop, phone, tablet];
    const answers = await Promise.all(clients.map((client) => client.go('/auth/clients', DELETE)));
    // Either the guard or the endpoint has found the others ended.
    const [winner, ...losers] = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect([winner, losers.every((status) => status === 401 || status === 404)]).toEqual([200, true]);
    for (const [index, client] of clients.entries()) {
      const hasWon = answers[index]?.status === 200;
      await (hasWon ? expectSignedIn(app, client) : expectSignedOut(app, client));
    }
  });

  it('end together with a sign-in that is under way', async () => {
    const { email, answer } = await newAccount(app);
    const first = new ProtocolClient(app, credentialsOf(answer));
    app.clock.advance('10s');
    const checked = SlowHasher.holdNext(app, PASSWORD);
    const signingIn = signIn(app, { email, password: PASSWORD });
    await checked.reached;
    expect((await first.go('/auth/clients', DELETE)).body).toEqual({ success: true, data: { ended: 0 } });
    checked.release();
    const late = credentialsOf(await signingIn);
    expect((await send(`${app.url}/auth/validate_token`, { headers: late })).status).toBe(401);
    await expectSignedIn(app, first);
  });

  it('end together with a sign-in under way by TokenService.revokeOthers too, the kept one being there or not', async () => {
    const tokens = app.nest.get(TokenService);
    for (const [kept, others] of [
      [await idOf(app, laptop), 1],
      ['none', 1],
    ] as const) {
      expect(await tokens.revokeOthers(user, kept)).toBe(others);
      const late = await tokens.issue(user, { authEpoch: 0 });
      expect(await tokens.authenticate(late)).toBeNull();
      // The row of the sign-in that came too late is not to be counted.
      await app.dataSource.query(`DELETE FROM user_auth_token WHERE client = '${late.client}'`);
    }
    await expectSignedOut(app, laptop);
  });
});

describe('a client that is ended while it ends all others', () => {
  const interloper = new Interloper();
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ adapter: 'express', database: 'sqlite' }, { dataSource: { logger: interloper } });
    interloper.attach(app.dataSource);
  });
  afterAll(() => app.close());

  // The list that is looked at first; what follows is one step.
  const LOOK = /^SELECT .* ORDER BY/;

  it('ends nobody: others have thrown it out', async () => {
    const user = await app.user();
    const thief = await ProtocolClient.signedIn(app, user);
    const owner = await ProtocolClient.signedIn(app, user);
    interloper.before(LOOK, `DELETE FROM user_auth_token WHERE client = '${thief.headers['client']}'`);
    const answer = await thief.go('/auth/clients', DELETE);
    expect([interloper.hasStruck, answer.status, told(answer)]).toEqual([true, 404, 'nothing']);
    await expectSignedIn(app, owner);
  });

  it('goes on where another request of its own has begun an epoch', async () => {
    const user = await app.user({ encryptedPassword: null });
    const client = await ProtocolClient.signedIn(app, user);
    const other = await ProtocolClient.signedIn(app, user);
    interloper.before(
      LOOK,
      `UPDATE "user" SET "authEpoch" = 1 WHERE id = ${user.id};
       UPDATE user_auth_token SET "authEpoch" = 1 WHERE client = '${client.headers['client']}'`,
    );
    const answer = await client.go('/auth/clients', DELETE);
    expect([interloper.hasStruck, answer.status, told(answer)]).toEqual([true, 200, 'token']);
    await expectSignedIn(app, client);
    await expectSignedOut(app, other);
    expect((await sendJson(`${app.url}/auth/sign_out`, 'DELETE', {}, client.headers)).status).toBe(200);
  });
});
