import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { lock } from '../support/locked.js';
import { Mailbox, PAGE, PUBLIC_URL } from '../support/mailbox.js';
import { sendRaw } from '../support/raw-http.js';

const FORGED = [
  'X-Forwarded-Host: evil.example.net',
  'X-Forwarded-Proto: http',
  'X-Forwarded-Port: 8443',
  'X-Forwarded-Prefix: /evil',
  'X-Original-Host: evil.example.net',
  'X-Host: evil.example.net',
  'Forwarded: for=1.2.3.4;host=evil.example.net;proto=http',
  'Origin: https://evil.example.net',
  'Referer: https://evil.example.net/',
];

describe.each([
  ['a proxy that is trusted', true],
  ['no proxy', false],
])('behind %s', (_, trusts) => {
  onEveryAdapter('mails to whom a forged Host header asks for one', (platform) => {
    let mailbox: Mailbox;
    let app: TestApp;
    beforeAll(async () => {
      mailbox = await Mailbox.open();
      app = await TestApp.start(platform, {
        auth: {
          ...mailbox.options,
          confirmable: true,
          lockable: true,
          maximumAttempts: 1,
          throttleSignIn: false,
          defaultConfirmSuccessUrl: PAGE,
        },
        configure: (nest) => {
          const adapter = nest.getHttpAdapter().getInstance() as { set?: (name: string, value: unknown) => void };
          if (trusts) adapter.set?.('trust proxy', true);
        },
      });
    });
    afterAll(async () => {
      await app.close();
      await mailbox.close();
    });

    /** Sends JSON with a Host header of its own. */
    async function forge(path: string, body: object): Promise<number> {
      const text = JSON.stringify(body);
      const lines = [...FORGED, 'Content-Type: application/json', `Content-Length: ${text.length}`, '', text];
      const { status } = await sendRaw(app.url, path, lines, 'POST', 'evil.example.net');
      return status;
    }

    it.each([
      ['a reset', '/auth/password', { redirect_url: PAGE }],
      ['a confirmation', '/auth/confirmation', {}],
      ['an unlock', '/auth/unlock', {}],
    ])('lead to the configured URL: %s', async (_kind, path, body) => {
      const { email } = await newAccount(app);
      await mailbox.mailTo(app, email);
      expect(await forge(path, { email, ...body })).toBe(200);
      const { text, html } = await mailbox.mailTo(app, email);
      expect((await mailbox.linkTo(app, email)).href).toMatch(new RegExp(`^${PUBLIC_URL}/`));
      expect(text + html).not.toMatch(/evil|8443|http:/);
    });

    it('lead to the configured URL: a sign-up and a lock', async () => {
      const email = freshEmail();
      expect(await forge('/auth', { email, password: PASSWORD })).toBe(200);
      const first = await mailbox.mailTo(app, email);
      await lock(app, email);
      const second = await mailbox.mailTo(app, email);
      expect([first.subject, second.subject]).toEqual(['Confirmation instructions', 'Unlock instructions']);
      for (const { text, html } of [first, second]) {
        expect(text).toContain(PUBLIC_URL);
        expect(text + html).not.toMatch(/evil|8443|http:/);
      }
    });
  });
});
