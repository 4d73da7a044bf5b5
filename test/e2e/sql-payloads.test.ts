import { Outbox, TokenService } from 'nestjs-token-auth';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { bearer, cookie, query } from '../support/carriers.js';
import { send, sendJson, type Answer } from '../support/client.js';
import { Mailbox, PAGE } from '../support/mailbox.js';
import { MembersController } from '../support/members.js';
import { SlowHasher } from '../support/slow-hasher.js';
import { SQL_PAYLOADS } from '../support/sql-payloads.js';

const VALUES = ['access-token', 'client', 'uid'] as const;

/** How many requests are under way at a time. */
const WIDTH = 20;

onEveryDatabase('SQL in what is sent', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let email: string;
  let good: Record<(typeof VALUES)[number], string>;
  let before: unknown;
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const flags = {
      confirmable: true,
      allowUnconfirmedAccessFor: '1 day',
      defaultConfirmSuccessUrl: PAGE,
      lockable: true,
      maximumAttempts: 1_000_000,
      maxNumberOfDevices: 1000,
    } as const;
    app = await TestApp.start(platform, {
      auth: {
        ...mailbox.options,
        ...flags,
        queryEnabled: true,
        cookieEnabled: true,
        throttleSignIn: false,
        // It takes no time.
        passwordHasher: SlowHasher,
      },
      controllers: [MembersController],
    });
    ({ email } = await newAccount(app));
    const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
    const issued = await app.nest.get(TokenService).issue(user);
    good = { 'access-token': issued.accessToken, client: issued.client, uid: issued.uid };
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  /** Accounts, clients and links, and the tables themselves. */
  async function stored(): Promise<unknown> {
    // Links are written after the answer.
    await app.nest.get(Outbox).settled();
    const { entityMetadatas, driver } = app.dataSource;
    const rows = await Promise.all(
      entityMetadatas
        .filter(({ name }) => !name.endsWith('Throttle'))
        .map(({ tableName }) => app.dataSource.query(`SELECT * FROM ${driver.escape(tableName)}`)),
    );
    return rows;
  }
  beforeEach(async () => {
    before = await stored();
  });

  /** What is answered to each text, by status; a request that fails altogether has none. */
  async function statusesOf(request: (payload: string, index: number) => Promise<Answer | null>) {
    const statuses: Record<number, string[]> = {};
    for (let at = 0; at < SQL_PAYLOADS.length; at += WIDTH) {
      const part = SQL_PAYLOADS.slice(at, at + WIDTH);
      const answers = await Promise.all(part.map((payload, index) => request(payload, at + index)));
      for (const [index, answer] of answers.entries()) {
        if (answer !== null) (statuses[answer.status] ??= []).push(part[index] ?? '');
      }
    }
    return statuses;
  }

  async function expectRefused(status: number, request: (payload: string, index: number) => Promise<Answer | null>) {
    expect(Object.keys(await statusesOf(request))).toEqual([String(status)]);
    expect(await stored()).toStrictEqual(before);
  }

  /** A header holds Latin-1 without control characters. */
  const fitsHeader = (text: string) => /^[\x20-\x7e\xa0-\xff]+$/.test(text);
  const CARRIERS = {
    headers: (values: typeof good) => (Object.values(values).every(fitsHeader) ? { headers: values } : null),
    Bearer: (values: typeof good) => ({ headers: bearer(values) }),
    cookie: (values: typeof good) => ({ headers: cookie(values) }),
    query: (values: typeof good) => ({ query: query(values) }),
  };

  it.each(Object.entries(CARRIERS))('signs nobody in by the %s', async (_, carry) => {
    for (const name of VALUES) {
      for (const start of ['', good[name]]) {
        await expectRefused(401, async (payload) => {
          const carried = carry({ ...good, [name]: start + payload });
          if (carried === null) return null;
          const { headers = {}, query: search = '' } = carried as { headers?: Record<string, string>; query?: string };
          return await send(`${app.url}/members${search}`, { headers });
        });
      }
    }
  });

  it('ends no client', async () => {
    await expectRefused(404, (payload) => {
      const headers = bearer({ ...good, 'access-token': good['access-token'] + payload });
      return send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers });
    });
    const rows = await app.rows();
    const statuses = await statusesOf((payload) =>
      send(`${app.url}/auth/clients/${encodeURIComponent(payload)}`, { method: 'DELETE', headers: bearer(good) }),
    );
    // A NUL in the path is not for a router.
    expect(Object.keys(statuses).filter((status) => !['400', '404'].includes(status))).toEqual([]);
    expect((await app.rows()).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  });

  it('is no password and no address', async () => {
    await expectRefused(401, (payload) => signIn(app, { email: payload, password: PASSWORD }));
    await expectRefused(401, (payload) => signIn(app, { email: email + payload, password: PASSWORD }));
    await app.dataSource.getRepository(User).update({ email }, { failedAttempts: 0 });
    const statuses = await statusesOf((payload) => signIn(app, { email, password: PASSWORD + payload }));
    expect(Object.keys(statuses)).toEqual(['401']);
  });

  it('makes no account', async () => {
    await expectRefused(422, (payload) =>
      signUp(app, { email: `a${payload}`, password: PASSWORD, confirm_success_url: PAGE }),
    );
  });

  it('has no mail sent', async () => {
    for (const path of ['password', 'confirmation', 'unlock']) {
      const ask = (body: object) => sendJson(`${app.url}/auth/${path}`, 'POST', { redirect_url: PAGE, ...body });
      await expectRefused(200, (payload) => ask({ email: email + payload }));
    }
    const sent = mailbox.server.mails.length;
    await expectRefused(422, (payload) =>
      sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: `https://evil.example/${payload}` }),
    );
    expect(mailbox.server.mails).toHaveLength(sent);
  });

  it('is no link of a mail', async () => {
    const get = (path: string, name: string) => (payload: string) =>
      send(`${app.url}/auth/${path}${query({ [name]: payload, redirect_url: PAGE })}`);
    await expectRefused(404, get('password/edit', 'reset_password_token'));
    await expectRefused(404, get('unlock', 'unlock_token'));
    const confirmed = await statusesOf(async (payload) => {
      const answer = await get('confirmation', 'confirmation_token')(payload);
      expect(answer.headers.get('location')).toContain('account_confirmation_success=false');
      return answer;
    });
    expect(Object.keys(confirmed)).toEqual(['302']);
    await expectRefused(401, (payload) =>
      sendJson(`${app.url}/auth/password`, 'PUT', {
        reset_password_token: payload,
        password: PASSWORD,
        password_confirmation: PASSWORD,
      }),
    );
  });

  it('is kept as it is where it is said of a device', async () => {
    const agents = SQL_PAYLOADS.filter((payload) => fitsHeader(payload) && payload.trim() === payload);
    const known = new Set((await app.rows()).map(({ id }) => id));
    for (const agent of agents) {
      expect((await signIn(app, { email, password: PASSWORD }, { 'user-agent': agent })).status).toBe(200);
    }
    const kept = (await app.rows()).filter(({ id }) => !known.has(id)).map(({ userAgent }) => userAgent);
    expect(kept.length).toBeGreaterThan(100);
    expect(new Set(kept)).toEqual(new Set(agents));
  });

  it('leaves the client signed in', async () => {
    const rows = (await app.dataSource.getRepository(User).find()).length;
    expect(rows).toBe(1);
    expect((await app.rows()).length).toBeGreaterThan(0);
  });
});
