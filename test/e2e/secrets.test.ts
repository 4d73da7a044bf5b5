import { Logger } from '@nestjs/common';
import { inspect } from 'node:util';
import { RequestAuthenticator, TokenService } from 'nestjs-token-auth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialsOf, freshEmail, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { bearer, bearerText } from '../support/carriers.js';
import { ProtocolClient, send, type Answer } from '../support/client.js';
import { LogKeeper } from '../support/log-keeper.js';
import { MembersController } from '../support/members.js';

onEveryDatabase('secrets', (platform) => {
  const log = new LogKeeper();
  const tokens = new Set<string>();
  const bodies: string[] = [];
  let app: TestApp;

  function note(answer: Answer): Answer {
    if (answer.auth.accessToken) tokens.add(answer.auth.accessToken);
    bodies.push(JSON.stringify(answer.body));
    return answer;
  }

  beforeAll(async () => {
    app = await TestApp.start(platform, {
      auth: { batchResponse: 'repeat', lostResponse: 'forgiving', tokenPepper: 'p'.repeat(32) },
      controllers: [MembersController],
    });
    Logger.overrideLogger(log);
    const email = freshEmail();
    note(await signUp(app, { email, password: PASSWORD }));
    note(await signIn(app, { email, password: 'wrong' }));
    const client = new ProtocolClient(app, credentialsOf(note(await signIn(app, { email, password: PASSWORD }))));
    const first = { ...client.headers };
    for (let round = 0; round < 4; round++) {
      app.clock.advance('6s');
      const shown = { ...client.headers };
      note(await client.go('/members'));
      // A late member of the batch, a retry, noise and an old token.
      note(await send(`${app.url}/members`, { headers: shown }));
      app.clock.advance('6s');
      note(await send(`${app.url}/members`, { headers: shown }));
      note(await send(`${app.url}/members`, { headers: { ...shown, client: 'nobody' } }));
      note(await send(`${app.url}/members`, { headers: { ...shown, uid: 'nobody' } }));
      note(await send(`${app.url}/members`, { headers: bearerText(`{"access-token":"${client.token}"`) }));
      note(await send(`${app.url}/auth/validate_token`, { headers: bearer(shown) }));
    }
    note(await send(`${app.url}/members`, { headers: first }));
    // What is logged when the database fails.
    await app.dataSource.query(`ALTER TABLE ${app.dataSource.getMetadata('UserAuthToken').tablePath} RENAME TO gone`);
    note(await client.peek('/members'));
    note(await signIn(app, { email, password: PASSWORD }));
    await app.dataSource.query(`ALTER TABLE gone RENAME TO ${app.dataSource.getMetadata('UserAuthToken').tablePath}`);
    note(await client.go('/members'));
  });
  afterAll(async () => {
    Logger.overrideLogger(false);
    await app.close();
  });

  it('were issued in a number that proves something', () => {
    expect(tokens.size).toBeGreaterThan(4);
    expect(log.lines.join('\n')).toContain('503');
    expect(log.lines.join('\n')).toContain('Refused a request');
  });

  it('are in no column of any table', async () => {
    const stored: string[] = [];
    for (const { tablePath } of app.dataSource.entityMetadatas) {
      const rows: unknown = await app.dataSource.query(`SELECT * FROM ${app.dataSource.driver.escape(tablePath)}`);
      stored.push(JSON.stringify(rows));
    }
    const all = stored.join('\n');
    expect(all).toContain('@example.com');
    expect([...tokens, PASSWORD].filter((secret) => all.includes(secret))).toEqual([]);
  });

  it('are in no statement and no parameter', () => {
    const all = [...app.log.statements, ...app.log.parameters.map(String)].join('\n');
    expect(all).toContain('@example.com');
    expect([...tokens, PASSWORD].filter((secret) => all.includes(secret))).toEqual([]);
  });

  it('are not logged', () => {
    const all = log.lines.join('\n');
    const digests = app.log.parameters.map(String).filter((value) => /^\$2[aby]\$/.test(value));
    expect(digests).not.toEqual([]);
    expect([...tokens, ...digests, PASSWORD].filter((secret) => all.includes(secret))).toEqual([]);
  });

  it('are not in what a program gets to see of a request', async () => {
    const { uid, client, accessToken } = await app.nest.get(TokenService).issue(await app.user());
    const request = { headers: { uid, client, 'access-token': accessToken } };
    const session = await app.nest.get(RequestAuthenticator).authenticateHandshake({}, request);
    const shown = `${inspect(session, { depth: null, showHidden: true })} ${JSON.stringify(session)}`;
    expect(shown).toContain(uid);
    const row = await app.rowOf(request);
    const secrets = [accessToken, client, row?.tokenHash, row?.tagKey].map((secret) => secret ?? '');
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
  });

  it('are in no body, and neither is what is stored of them', async () => {
    const all = bodies.join('\n');
    const rows = await app.rows();
    const stored = rows.flatMap(({ tokenHash, replacedHash, nonce, tagKey }) => [
      tokenHash,
      replacedHash,
      nonce,
      tagKey,
    ]);
    const secrets = [...tokens, ...stored.filter((value) => value !== null), PASSWORD, '$2'];
    expect(secrets.length).toBeGreaterThan(tokens.size + 2);
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
    expect(all).not.toMatch(/SELECT|gone|stack|node_modules/);
  });
});
