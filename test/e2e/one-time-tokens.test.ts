import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { eventually } from '../support/client.js';
import { createDatabase } from '../support/databases.js';
import { ask, resetToken, setPassword, twice } from '../support/links.js';
import { LogKeeper } from '../support/log-keeper.js';
import { follow, Mailbox, PAGE } from '../support/mailbox.js';

const PEPPER = 'a pepper of at least thirty-two characters';
const NEW_PASSWORD = 'a new password';

onEveryDatabase('one-time tokens', (platform) => {
  const log = new LogKeeper();
  let mailbox: Mailbox;
  let app: TestApp;
  let email: string;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    app = await TestApp.start(platform, {
      auth: { ...mailbox.options, confirmable: true, lockable: true, defaultConfirmSuccessUrl: PAGE },
    });
    Logger.overrideLogger(log);
  });
  beforeEach(async () => {
    ({ email } = await newAccount(app));
    await mailbox.mailTo(app, email);
  });
  afterAll(async () => {
    Logger.overrideLogger(false);
    await app.close();
    await mailbox.close();
  });

  interface Row {
    hash: string;
    purpose: string;
    email: string;
  }

  async function rows(): Promise<Row[]> {
    const all = await app.dataSource.getRepository('UserOneTimeToken').find();
    return (all as Row[]).filter((row) => row.email === email);
  }

  async function allTokens(): Promise<Record<string, string>> {
    const tokens: Record<string, string> = { reset_password: await resetToken(app, mailbox, email) };
    for (const purpose of ['confirmation', 'unlock'] as const) {
      await ask(app, purpose, { email });
      tokens[purpose] = (await mailbox.linkTo(app, email)).searchParams.get(`${purpose}_token`) ?? '';
    }
    return tokens;
  }

  it('are rows of their own, with a digest and a purpose', async () => {
    const tokens = await allTokens();
    const stored = await rows();
    expect(stored.map(({ purpose }) => purpose).sort()).toEqual(['confirmation', 'reset_password', 'unlock']);
    for (const { hash } of stored) expect(hash).toMatch(/^[\da-f]{64}$/);
    expect(new Set([...Object.values(tokens), ...stored.map(({ hash }) => hash)]).size).toBe(6);
  });

  it('are one of a kind: a newer one takes the place of the one before it', async () => {
    for (let round = 0; round < 3; round++) await allTokens();
    expect(await rows()).toHaveLength(3);
  });

  it('are gone once they are used, and those of a kind with a changed password', async () => {
    const { reset_password } = await allTokens();
    expect((await setPassword(app, { ...twice(NEW_PASSWORD), reset_password_token: reset_password })).status).toBe(200);
    expect((await rows()).map(({ purpose }) => purpose).sort()).toEqual(['confirmation', 'unlock']);
    expect((await signIn(app, { email, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('go with their user', async () => {
    await allTokens();
    await app.dataSource.getRepository(User).delete({ email });
    expect(await rows()).toEqual([]);
  });

  it('are in no table, no statement, and no log', async () => {
    mailbox.server.refuseNext(1, 'Refused: %s');
    await ask(app, 'password', { email, redirect_url: PAGE });
    await eventually(() => log.lines.some((line) => line.includes('is tried again')));
    const mails = await mailbox.mailsTo(app, email);
    const tokens = [
      ...Object.values(await allTokens()),
      /reset_password_token=(\S+)/.exec(mails.at(-1)?.text ?? '')?.[1],
    ];
    expect(new Set(tokens).size).toBe(4);
    await follow(app, await mailbox.linkTo(app, email));
    const stored: string[] = [];
    for (const { tablePath } of app.dataSource.entityMetadatas) {
      stored.push(
        JSON.stringify(await app.dataSource.query(`SELECT * FROM ${app.dataSource.driver.escape(tablePath)}`)),
      );
    }
    const all = [...stored, ...app.log.statements, ...app.log.parameters.map(String), ...log.lines];
    expect(all.join('\n')).toContain(email);
    expect([...tokens, PASSWORD].filter((secret = 'none') => all.join('\n').includes(secret))).toEqual([]);
  });

  it('are in no log when the database fails', async () => {
    const { reset_password = '' } = await allTokens();
    const { tablePath } = app.dataSource.getMetadata('UserOneTimeToken');
    await app.dataSource.query(`ALTER TABLE ${tablePath} RENAME TO gone`);
    const answer = await setPassword(app, { ...twice(NEW_PASSWORD), reset_password_token: reset_password });
    await app.dataSource.query(`ALTER TABLE gone RENAME TO ${tablePath}`);
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true]);
    const told = log.lines.join('\n') + JSON.stringify(answer.body);
    expect(told).toContain('Answered 503');
    const secrets = [reset_password, NEW_PASSWORD, ...(await rows()).map(({ hash }) => hash)];
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
    expect((await setPassword(app, { ...twice(NEW_PASSWORD), reset_password_token: reset_password })).status).toBe(200);
  });
});

onEveryDatabase('one-time tokens under a pepper', (platform) => {
  it('serve under the pepper that they were made with, also when it is an old one', async () => {
    const mailbox = await Mailbox.open();
    const database = await createDatabase(platform.database);
    const start = (tokenPepper: string | string[]) =>
      TestApp.start(platform, {
        database,
        auth: { ...mailbox.options, tokenPepper },
        dataSource: { synchronize: true },
      });
    const app = await start(PEPPER);
    const other = await start('b'.repeat(40));
    const both = await start(['b'.repeat(40), PEPPER]);
    try {
      const { email } = await newAccount(app);
      const reset_password_token = await resetToken(app, mailbox, email);
      const body = { ...twice(NEW_PASSWORD), reset_password_token };
      expect((await setPassword(other, body)).status).toBe(401);
      expect((await setPassword(both, body)).status).toBe(200);
      expect((await setPassword(app, body)).status).toBe(401);
    } finally {
      await Promise.all([app, other, both].map((each) => each.close()));
      await database.drop();
      await mailbox.close();
    }
  });
});
