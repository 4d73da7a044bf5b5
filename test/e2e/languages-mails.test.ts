import type { MailData } from 'nestjs-token-auth';
import { languages } from 'nestjs-token-auth/languages';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD } from '../support/accounts.js';
import { onEveryAdapter, TestApp } from '../support/app.js';
import { ProtocolClient, sendJson } from '../support/client.js';
import { asking } from '../support/languages.js';
import { Mailbox, PAGE, type Mail } from '../support/mailbox.js';

const { de, en, fa, he, ja } = languages;

onEveryAdapter('mails', (platform) => {
  let mailbox: Mailbox;
  let app: TestApp;
  let told: string[];
  beforeAll(async () => {
    mailbox = await Mailbox.open();
    const mailTemplates = {
      passwordChanged: ({ language }: MailData) => {
        told.push(language);
        return { subject: `[${language}]` };
      },
    };
    const partial = { mail_unlock_subject: '開ける' };
    const own = { languages: { de, fa, he, ja: partial }, mailTemplates, lockable: true, throttleSignIn: false };
    app = await TestApp.start(platform, { auth: { ...mailbox.options, ...own } });
  });
  beforeEach(() => {
    told = [];
  });
  afterAll(async () => {
    await app.close();
    await mailbox.close();
  });

  /** The mail with which a forgotten password is answered. */
  async function resetMail(language: string): Promise<Mail> {
    const { email } = await newAccount(app);
    const body = { email, redirect_url: PAGE };
    await sendJson(`${app.url}/auth/password`, 'POST', body, asking(language));
    return await mailbox.mailTo(app, email);
  }

  it.each([
    ['de-CH', 'de', 'ltr', de],
    ['fa', 'fa', 'rtl', fa],
    ['he-IL', 'he', 'rtl', he],
    ['tlh', 'en', 'ltr', en],
  ] as const)('are in the language of the request that causes them (%s)', async (header, tag, direction, texts) => {
    const { to, subject, text, html } = await resetMail(header);
    const said = [texts.mail_hello.replace('%{email}', to), texts.mail_reset_text, texts.mail_reset_ignore];
    expect(subject).toBe(texts.mail_reset_subject);
    expect(text.split('\n')).toEqual(expect.arrayContaining(said));
    expect(html).toContain(`<html lang="${tag}" dir="${direction}">`);
    for (const each of [...said, texts.mail_reset_link]) expect(html).toContain(each.replaceAll("'", '&#39;'));
    expect(html).not.toContain('%{');
  });

  it('are in the language of a stranger too, who locks an account', async () => {
    const { email } = await newAccount(app);
    const attempt = { email, password: 'wrong' };
    for (let count = 0; count < 20; count++) {
      await sendJson(`${app.url}/auth/sign_in`, 'POST', attempt, asking(count === 19 ? 'de' : 'he'));
    }
    const { subject, text } = await mailbox.mailTo(app, email);
    expect(subject).toBe(de.mail_unlock_subject);
    expect(text).toContain(de.locked);
  });

  it('are English as far as a language has no text for them', async () => {
    const { email } = await newAccount(app);
    await sendJson(`${app.url}/auth/unlock`, 'POST', { email }, asking('ja'));
    const { subject, text, html } = await mailbox.mailTo(app, email);
    expect(subject).toBe('開ける');
    expect(text).toContain(en.mail_unlock_text);
    expect(text).not.toContain(ja.mail_unlock_text);
    expect(html).toContain('<html lang="ja" dir="ltr">');
  });

  it('of the application know the language, and are completed in it', async () => {
    const client = await ProtocolClient.signedIn(app);
    const body = JSON.stringify({ password: `${PASSWORD} new` });
    const headers = { ...asking('de'), 'content-type': 'application/json' };
    expect((await client.go('/auth', { method: 'PUT', body, headers })).status).toBe(200);
    const { subject, text } = await mailbox.mailTo(app, client.headers['uid'] ?? '');
    expect([subject, told]).toEqual(['[de]', ['de']]);
    expect(text).toContain(de.mail_password_changed_text);
  });

  it('name a new address in the language of who changes it', async () => {
    const client = await ProtocolClient.signedIn(app);
    const newAddress = freshEmail();
    const headers = { ...asking('he'), 'content-type': 'application/json' };
    const old = client.headers['uid'] ?? '';
    await client.go('/auth', { method: 'PUT', body: JSON.stringify({ email: newAddress }), headers });
    const { subject, text } = await mailbox.mailTo(app, old);
    expect(subject).toBe(he.mail_email_changed_subject);
    expect(text).toContain(he.mail_email_changed_text.replace('%{email}', newAddress));
  });
});
