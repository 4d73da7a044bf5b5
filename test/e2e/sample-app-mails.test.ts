import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsOf } from '../support/accounts.js';
import { eventually, send, sendJson } from '../support/client.js';
import { SampleApps, type SampleApp } from '../support/sample-app.js';
import { SmtpServer } from '../support/smtp.js';

const ADA = { email: 'ada@example.com', password: 'correct horse battery' };
const PAGE = 'http://localhost:3000/reset';

const apps = new SampleApps();

const askForReset = async ({ url }: SampleApp, email = ADA.email) =>
  await sendJson(`${url}/auth/password`, 'POST', { email, redirect_url: PAGE });
const mailsTo = async ({ url }: SampleApp, query: string) => await send(`${url}/demo/mails${query}`);

describe.each(['express', 'fastify'])('the mails of the sample application (%s)', (HTTP_ADAPTER) => {
  it('are a list for each address, oldest first, each with its link', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    const ada = credentialsOf(await sendJson(`${app.url}/auth`, 'POST', ADA));
    await sendJson(`${app.url}/auth`, 'POST', { ...ADA, email: 'grace@example.com' });
    await askForReset(app);
    await mailsTo(app, '?to=ada@example.com');
    const password = { password: 'another battery', password_confirmation: 'another battery' };
    await sendJson(`${app.url}/auth/password`, 'PUT', password, ada);
    await askForReset(app, 'grace@example.com');

    const answer = await mailsTo(app, '?to=ada@example.com');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const link = expect.stringMatching(
      /\n\nhttp:\/\/127\.0\.0\.1:\d+\/auth\/password\/edit\?config=default&redirect_url=http%3A%2F%2Flocalhost%3A3000%2Freset&reset_password_token=\S+\n/,
    );
    expect(answer.body).toEqual([
      { to: ADA.email, subject: 'Reset password instructions', body: link },
      { to: ADA.email, subject: 'Password Changed', body: expect.stringContaining('Hello ada@example.com!') },
    ]);
    expect((await mailsTo(app, '?to=%20Grace@Example.COM%20')).body).toEqual([
      { to: 'grace@example.com', subject: 'Reset password instructions', body: link },
    ]);
    expect((await mailsTo(app, '?to=nobody@example.com')).body).toEqual([]);
  });

  it('are there as soon as they have been asked for', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    await sendJson(`${app.url}/auth`, 'POST', ADA);
    for (let round = 1; round <= 3; round++) {
      await Promise.all(Array.from({ length: 6 }, () => askForReset(app)));
      expect((await mailsTo(app, '?to=ada@example.com')).body).toHaveLength(6 * round);
    }
  });

  it('are not for those who name no address', async () => {
    const app = await apps.start({ HTTP_ADAPTER });
    for (const query of ['', '?to=', '?to=%20', '?to=a@example.com&to=b@example.com']) {
      expect([query, (await mailsTo(app, query)).status]).toEqual([query, 400]);
    }
    for (const query of ['?to=%00', '?to[]=a@example.com', '?to[x]=1', `?to=${'x'.repeat(5000)}`]) {
      const { status, body } = await mailsTo(app, query);
      expect([query, status === 400 || JSON.stringify(body) === '[]']).toEqual([query, true]);
    }
  });

  it('are neither shown nor sent in production without a mail server', async () => {
    const app = await apps.start({ HTTP_ADAPTER, NODE_ENV: 'production' });
    await sendJson(`${app.url}/auth`, 'POST', ADA);
    expect((await askForReset(app)).status).toBe(404);
    expect((await mailsTo(app, '?to=ada@example.com')).status).toBe(404);
    expect((await send(`${app.url}/demo/landing`)).status).toBe(404);
    expect((await send(`${app.url}/demo/members_only`)).status).toBe(401);
  });
});

describe('the mails of the sample application with a mail server', () => {
  let server: SmtpServer;
  beforeAll(async () => {
    server = await SmtpServer.start();
  });
  afterAll(() => server.close());

  it('go there, and are shown as well', async () => {
    const app = await apps.start({
      TOKEN_AUTH_MAIL_TRANSPORT: server.url,
      TOKEN_AUTH_PUBLIC_URL: 'https://api.example.com/auth',
    });
    await sendJson(`${app.url}/auth`, 'POST', ADA);
    await askForReset(app);
    const { body } = await mailsTo(app, '?to=ada@example.com');
    expect(body).toHaveLength(1);
    const [mail] = server.mails.splice(0);
    expect([mail?.recipients, mail?.content.from?.text]).toEqual([[ADA.email], '"Sample app" <no-reply@example.com>']);
    expect(mail?.content.text?.trim()).toBe(body[0].body.trim());
    expect(body[0].body).toContain('https://api.example.com/auth/password/edit?');
  });

  it('go there only, in production', async () => {
    const variables = {
      NODE_ENV: 'production',
      TOKEN_AUTH_MAIL_TRANSPORT: server.url,
      TOKEN_AUTH_MAIL_FROM: 'accounts@example.com',
      TOKEN_AUTH_REDIRECT_ALLOWLIST: 'https://app.example.com, http://localhost:3000',
    };
    const app = await apps.start(variables);
    await sendJson(`${app.url}/auth`, 'POST', ADA);
    expect((await askForReset(app)).status).toBe(200);
    await eventually(() => server.mails.length > 0);
    const [mail] = server.mails.splice(0);
    expect([mail?.recipients, mail?.content.from?.text]).toEqual([[ADA.email], 'accounts@example.com']);
    expect((await mailsTo(app, '?to=ada@example.com')).status).toBe(404);
  });
});
