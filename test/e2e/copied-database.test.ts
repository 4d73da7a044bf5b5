import { createHash, createHmac } from 'node:crypto';
import { AuthToken, tokenEntityFor } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { firstToken, successorOf } from '../../lib/tokens/token-secret.js';
import { freshEmail, newAccount, signIn } from '../support/accounts.js';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { FROM_ELSEWHERE, ProtocolClient, type Answer } from '../support/client.js';
import { ask, setPassword, twice } from '../support/links.js';
import { Mailbox, PAGE } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';

/** Whoever has read every column of every table, and knows how the module works. There is no pepper. */
onEveryDatabase('a copy of the database', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let client: ProtocolClient;
  let row: AuthToken;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, { auth: mailbox.options, controllers: [MembersController] });
  });
  beforeEach(async () => {
    client = await ProtocolClient.signedIn(app);
    await client.go('/members');
    app.clock.advance('10s');
    row = (await app.rowOf(client)) as AuthToken;
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  const show = async (token: string): Promise<Answer> => await client.show(token, '/members', FROM_ELSEWHERE);

  /** The row of a client, as it is stored. */
  const stored = async () =>
    await app.dataSource
      .getRepository(tokenEntityFor(User))
      .findOneByOrFail({ client: client.headers['client'] ?? '' });

  it('has nothing that is taken for a token', async () => {
    const texts = Object.values(row).filter((value): value is string => typeof value === 'string');
    expect(texts.length).toBeGreaterThan(6);
    const tokens = texts.flatMap((text) => [text, Buffer.from(text, 'hex').toString('base64url')]);
    for (const token of tokens.filter((each) => each !== '')) {
      expect([token, (await show(token)).status]).toEqual([token, 401]);
    }
    expect(await stored()).toEqual(row);
  });

  it('leads to no token: neither as the key of a successor nor by the key of the tags', async () => {
    const { tokenHash, replacedHash, generation, nonce } = row;
    const bytes = (hex: string | null) => Buffer.from(hex ?? '', 'hex');
    const guesses = [
      // Of this generation, or the next, with a secret of one's own.
      ...[tokenHash, replacedHash ?? '', nonce ?? ''].map((key) => successorOf(key, row, '')),
      successorOf(bytes(replacedHash).toString('base64url'), row, ''),
      successorOf(bytes(replacedHash).toString('latin1'), row, ''),
      successorOf(tokenHash, { id: row.id, tagKey: row.tagKey, generation: generation + 1, nonce }, ''),
      // HMAC takes the SHA-256 of a long key for the key itself.
      createHmac('sha256', bytes(replacedHash))
        .update(`successor\0${row.id}\0${generation}\0${nonce}`)
        .digest('base64url'),
      createHash('sha256').update(tokenHash).digest('base64url'),
    ];
    for (const token of guesses) expect((await show(token)).status).toBe(401);
    expect(await stored()).toEqual(row);
  });

  it('can at most end a client, by a token that looks as if it had been issued long ago', async () => {
    expect((await show(firstToken(row))).status).toBe(401);
    expect(await app.rowOf(client)).toBeUndefined();
  });

  it('resets no password, and the digest of a password signs nobody in', async () => {
    const { email } = await newAccount(app, freshEmail());
    expect((await ask(app, 'password', { email, redirect_url: PAGE })).status).toBe(200);
    await mailbox.mailTo(app, email);
    const { driver } = app.dataSource;
    const table = app.dataSource.entityMetadatas.find(({ name }) => name.endsWith('OneTimeToken'))?.tablePath ?? '';
    const tokens: Record<string, unknown>[] = await app.dataSource.query(`SELECT * FROM ${driver.escape(table)}`);
    const texts = tokens.flatMap((token) => Object.values(token)).filter((value) => typeof value === 'string');
    expect(texts.some((text) => /^[\da-f]{64}$/.test(text))).toBe(true);
    for (const text of texts) {
      for (const token of [text, Buffer.from(text, 'hex').toString('base64url')]) {
        const answer = await setPassword(app, { reset_password_token: token, ...twice('the horse of a thief') });
        expect([answer.status, answer.auth.accessToken]).toEqual([401, null]);
      }
    }
    const user = await app.dataSource
      .getRepository(User)
      .findOneOrFail({ where: { email }, select: { id: true, encryptedPassword: true } });
    expect(user.encryptedPassword).toMatch(/^\$2/);
    expect((await signIn(app, { email, password: user.encryptedPassword })).status).toBe(401);
  });
});
