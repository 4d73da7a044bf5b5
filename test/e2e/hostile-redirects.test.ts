import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD } from '../support/accounts.js';
import { ADAPTERS, on, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, sendJson, type Answer } from '../support/client.js';
import { ALLOWLIST, HOSTILE_REDIRECTS } from '../support/hostile-redirects.js';
import { UNKNOWN_TOKEN } from '../support/links.js';
import { Mailbox } from '../support/mailbox.js';

/** Spellings that count as given; an empty text is none. */
const SPELLINGS = HOSTILE_REDIRECTS.filter(([, url]) => url !== '');

/** Ways for a URL into an endpoint. */
const WAYS: Record<string, (app: TestApp, url: string, email: string, client: ProtocolClient) => Promise<Answer>> = {
  'POST /password': (app, url, email) => sendJson(`${app.url}/auth/password`, 'POST', { email, redirect_url: url }),
  'POST /password, in a form': (app, url, email) =>
    send(`${app.url}/auth/password`, { method: 'POST', body: new URLSearchParams({ email, redirect_url: url }) }),
  'GET /password/edit': (app, url) =>
    visit(app, 'password/edit', { reset_password_token: UNKNOWN_TOKEN, redirect_url: url }),
  'POST /confirmation': (app, url, email) =>
    sendJson(`${app.url}/auth/confirmation`, 'POST', { email, redirect_url: url }),
  'GET /confirmation': (app, url) =>
    visit(app, 'confirmation', { confirmation_token: UNKNOWN_TOKEN, redirect_url: url }),
  'POST /': (app, url, email) =>
    sendJson(`${app.url}/auth`, 'POST', { email: `new-${email}`, password: PASSWORD, confirm_success_url: url }),
  'PUT /, confirm_success_url': (app, url, email, client) =>
    sendJson(`${app.url}/auth`, 'PUT', { email: `new-${email}`, confirm_success_url: url }, client.headers),
  'PUT /, redirect_url': (app, url, email, client) =>
    sendJson(`${app.url}/auth`, 'PUT', { email: `new-${email}`, redirect_url: url }, client.headers),
};

async function visit(app: TestApp, path: string, query: Record<string, string>): Promise<Answer> {
  return await send(`${app.url}/auth/${path}?${new URLSearchParams(query).toString()}`);
}

/** Whether a text can be sent this way: a query and a form have no half surrogate pairs, a URL no length without end. */
function canTravel(text: string, name: string): boolean {
  const isEncoded = name.startsWith('GET') || name.includes('form');
  return (
    text.length < (name.startsWith('GET') ? 4000 : 50_000) && (!isEncoded || Buffer.from(text).toString() === text)
  );
}

for (const adapter of ADAPTERS) {
  on({ adapter, database: 'sqlite' }, 'a redirect to where nothing may lead', (platform) => {
    let mailbox: Mailbox;
    let app: TestApp;
    let email: string;
    let client: ProtocolClient;
    beforeAll(async () => {
      mailbox = await Mailbox.open();
      app = await TestApp.start(platform, {
        auth: {
          ...mailbox.options,
          confirmable: true,
          redirectAllowlist: ALLOWLIST,
          defaultConfirmSuccessUrl: 'https://good.example.com/default',
          defaultPasswordResetUrl: 'https://good.example.com/default',
        },
      });
      ({ email } = await newAccount(app));
      await mailbox.mailTo(app, email);
      client = await ProtocolClient.signedIn(app, await app.dataSource.getRepository(User).findOneBy({ email }));
    });
    afterAll(async () => {
      await app.close();
      await mailbox.close();
    });

    describe.each(Object.entries(WAYS))('%s', (name, request) => {
      it.each(SPELLINGS.filter(([, url]) => canTravel(url, name)))('refuses %s', async (_, url) => {
        const { status, headers, body } = await request(app, url, email, client);
        const { length } = await mailbox.mailsTo(app, email);
        expect([status, headers.get('location'), length]).toEqual([422, null, 1]);
        expect(headers.get('content-type')).toMatch(/^application\/json/);
        const [text] = body.errors as [string];
        expect(text).toBe(`Redirect to '${url.slice(0, 2048)}' not allowed.`);
        expect(await mailbox.mailsTo(app, `new-${email}`)).toEqual([]);
      });

      it('lets through what is allowed', async () => {
        const answer = await request(app, 'https://blue.apps.example.com/in', freshEmail(), client);
        expect([200, 302, 404]).toContain(answer.status);
        await mailbox.mailsTo(app, email);
        mailbox.server.mails.splice(1);
      });
    });
  });
}
