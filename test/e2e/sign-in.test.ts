import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialsOf, freshEmail, newAccount, PASSWORD, sendForm, signIn } from '../support/accounts.js';
import { onEveryAdapter, onEveryPlatform, TestApp } from '../support/app.js';
import { send, sendJson, told } from '../support/client.js';
import { MembersController } from '../support/members.js';

const REFUSAL = { success: false, errors: ['Invalid login credentials. Please try again.'] };

onEveryPlatform('signing in', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { controllers: [MembersController] });
  });
  afterAll(() => app.close());

  it('answers 200 with the user, without time stamps and secrets, and a new client', async () => {
    const { email, answer: up } = await newAccount(app);
    const answer = await signIn(app, { email, password: PASSWORD });
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({ data: { id: up.body.data.id, provider: 'email', uid: email, email, name: '' } });
    expect(answer.auth.client).not.toBe(up.auth.client);
    for (const each of [up, answer]) {
      expect((await send(`${app.url}/members`, { headers: credentialsOf(each) })).status).toBe(200);
    }
  });

  it('takes a form as well as JSON', async () => {
    const { email } = await newAccount(app);
    const answer = await sendForm(`${app.url}/auth/sign_in`, { email, password: PASSWORD });
    expect([answer.status, answer.body.data.email, told(answer)]).toEqual([200, email, 'token']);
  });

  it('finds the account however its address is written', async () => {
    const { email } = await newAccount(app);
    for (const spelling of [email.toUpperCase(), `  ${email}\n`, `\u00a0${email}`]) {
      expect([spelling, (await signIn(app, { email: spelling, password: PASSWORD })).status]).toEqual([spelling, 200]);
    }
  });

  it('refuses a wrong password, an unknown address and an account without a password alike', async () => {
    const { email } = await newAccount(app);
    const { email: withoutPassword } = await app.user();
    const refusals = [
      await signIn(app, { email, password: `${PASSWORD} ` }),
      await signIn(app, { email, password: PASSWORD.toUpperCase() }),
      await signIn(app, { email: freshEmail(), password: PASSWORD }),
      await signIn(app, { email: withoutPassword, password: PASSWORD }),
      await signIn(app, { email: withoutPassword, password: '' }),
      await signIn(app, { email: withoutPassword }),
      await signIn(app, { email }),
      await signIn(app, { password: PASSWORD }),
      await signIn(app, {}),
      await signIn(app, { user: { email, password: PASSWORD } }),
    ];
    const varying = new Set(['date', 'connection', 'keep-alive']);
    const headersOf = (headers: Headers) => [...headers].filter(([name]) => !varying.has(name));
    for (const refusal of refusals) {
      expect([refusal.status, refusal.body, told(refusal)]).toEqual([401, REFUSAL, 'nothing']);
      expect(headersOf(refusal.headers)).toEqual(headersOf((refusals[0] as typeof refusal).headers));
    }
  });

  it('does not take another address for the same as the database may', async () => {
    const { email } = await newAccount(app, 'résumé@example.com');
    expect((await signIn(app, { email: 'resume@example.com', password: PASSWORD })).status).toBe(401);
    expect((await signIn(app, { email: 'r_sum_@example.com', password: PASSWORD })).status).toBe(401);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
  });

  it('ignores the credentials of the request, good or bad, and leaves their client alone', async () => {
    const { email } = await newAccount(app);
    const { answer: other } = await newAccount(app);
    const before = (await app.rows()).find(({ client }) => client === other.auth.client);
    app.clock.advance('1m');
    for (const headers of [
      credentialsOf(other),
      { ...credentialsOf(other), 'access-token': 'x'.repeat(70) },
      { 'access-token': '', client: '', uid: '' },
      { 'access-token': 'undefined', client: 'undefined', uid: 'undefined' },
      { 'access-token': 'null', client: 'null', uid: 'null' },
      { authorization: 'Bearer undefined' },
    ]) {
      const answer = await signIn(app, { email, password: PASSWORD }, headers);
      expect([answer.status, answer.auth.uid, told(answer)]).toEqual([200, email, 'token']);
      expect(answer.auth.client).not.toBe(other.auth.client);
      const refusal = await signIn(app, { email, password: 'wrong' }, headers);
      expect([refusal.status, told(refusal)]).toEqual([401, 'nothing']);
    }
    expect((await app.rows()).find(({ client }) => client === other.auth.client)).toStrictEqual(before);
  });

  it('signs several clients of one account in at once', async () => {
    const { email } = await newAccount(app);
    const answers = await Promise.all(Array.from({ length: 5 }, () => signIn(app, { email, password: PASSWORD })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ auth }) => auth.client)).size).toBe(5);
    for (const answer of answers) {
      expect((await send(`${app.url}/members`, { headers: credentialsOf(answer) })).status).toBe(200);
    }
  });
});

onEveryAdapter('around signing in', (platform) => {
  it('GET sign_in answers 405', async () => {
    const app = await TestApp.start(platform);
    try {
      const answer = await send(`${app.url}/auth/sign_in`);
      expect([answer.status, answer.body, told(answer)]).toEqual([
        405,
        { success: false, errors: ['Use POST /sign_in to sign in. GET is not supported.'] },
        'nothing',
      ]);
    } finally {
      await app.close();
    }
  });

  it('the endpoints are found under another path, behind a global prefix, and can be switched off', async () => {
    const app = await TestApp.start(platform, {
      auth: { path: 'api/members/session', endpoints: { signUp: false } },
      configure: (nest) => nest.setGlobalPrefix('v1'),
    });
    try {
      const url = `${app.url}/v1/api/members/session`;
      expect((await sendJson(url, 'POST', { email: freshEmail(), password: PASSWORD })).status).toBe(404);
      expect((await sendJson(`${url}/sign_in`, 'POST', {})).body).toEqual(REFUSAL);
      expect((await send(`${url}/validate_token`)).status).toBe(401);
      expect((await send(`${app.url}/auth/validate_token`)).status).toBe(404);
    } finally {
      await app.close();
    }
  });
});
