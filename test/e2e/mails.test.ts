import { TokenAuthMailer } from 'nestjs-token-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../support/app.js';
import { MailingApp, SECRET } from '../support/mails.js';

const platform: Platform = { adapter: 'express', database: 'sqlite' };

describe('mails', () => {
  let mailing: MailingApp;
  beforeAll(async () => {
    mailing = await MailingApp.start(platform);
  });
  afterAll(() => mailing.close());

  async function sent(...[kind, data]: Parameters<MailingApp['post']>) {
    const arrival = mailing.arrival();
    mailing.post(kind, data);
    return await arrival;
  }

  it('come from the configured sender to the reader alone, and say that a program has sent them', async () => {
    const { recipients, content } = await sent('resetPassword');
    expect(recipients).toEqual(['ada@example.com']);
    expect(content.from?.value).toEqual([{ name: 'Example', address: 'no-reply@example.com' }]);
    expect(content.to).toMatchObject({ value: [{ name: '', address: 'ada@example.com' }] });
    expect(content.headers.get('auto-submitted')).toBe('auto-generated');
    expect(content.headers.get('message-id')).toMatch(/@example\.com>$/);
    expect([content.cc, content.bcc, content.attachments]).toEqual([undefined, undefined, []]);
  });

  it('say everything as text and as HTML', async () => {
    const { content } = await sent('resetPassword');
    expect(content.subject).toBe('Reset password instructions');
    expect(content.headers.get('content-type')).toMatchObject({ value: 'multipart/alternative' });
    expect(content.text?.split('\n')).toContain(mailing.link);
    expect(content.html).toContain(`<a href="${mailing.link.replace('&', '&amp;')}">Change my password</a>`);
  });

  it('keep what other scripts write', async () => {
    const to = 'ådá@bücher.example';
    const { recipients, content } = await sent('emailChanged', { to, newEmail: 'новый@пример.example', link: null });
    expect(recipients).toHaveLength(1);
    expect(content.text).toContain('ådá@bücher.example');
    expect(content.html).toContain('новый@пример.example');
  });

  it.each([
    'ada@example.com, eve@example.net',
    'ada@example.com; eve@example.net',
    'eve@example.net <ada@example.com>',
    '<eve@example.net> ada@example.com',
    '"eve@example.net" <ada@example.com>',
    '"eve@example.net x"@example.com',
    'team: eve@example.net, ada@example.com;',
    'ada@example.com>\r\nRCPT TO:<eve@example.net',
    'ada@example.com\r\nBcc: eve@example.net',
    'ada@example.com\nBcc: eve@example.net\n\nHello',
    'ada@example.com\0eve@example.net',
  ])('are for one address; one that has been crafted to be read as two is refused: %j', async (to) => {
    const before = mailing.smtp.mails.length;
    const mailer = mailing.app.nest.get(TokenAuthMailer);
    const mail = { kind: 'resetPassword', to, subject: 'Subject', text: 'Text', html: '<p>Text</p>' } as const;
    await expect(mailer.send(mail)).rejects.toThrow(/recipient/);
    expect(mailing.smtp.mails).toHaveLength(before);
  });

  it('have links below the configured URL, with parameters in alphabetical order, form-encoded', () => {
    expect(mailing.link).toBe(
      `https://api.example.com/auth/password/edit?config=default&reset_password_token=${SECRET}`,
    );
    expect(mailing.mails.link('unlock', { b: 'https://app.example.com/#/?x=1&y=2', a: 'ä +' })).toBe(
      'https://api.example.com/auth/unlock?a=%C3%A4+%2B&b=https%3A%2F%2Fapp.example.com%2F%23%2F%3Fx%3D1%26y%3D2',
    );
  });
});

describe('mails in the words of the application', () => {
  let mailing: MailingApp;
  beforeAll(async () => {
    mailing = await MailingApp.start(platform, {
      mailTemplates: {
        confirmation: async ({ user, link }) => {
          await Promise.resolve();
          return { subject: `Hi ${user.email}`, text: `Go to ${link}`, html: `<a href="${link}">Go</a>` };
        },
        resetPassword: ({ to }) => ({ subject: `For ${to}\r\nBcc: eve@example.net` }),
        unlock: () => ({ html: '<p>Our own</p>' }),
        passwordChanged: () => ({}),
        emailChanged: () => ({ subject: undefined, text: '' }) as object,
      },
    });
  });
  afterAll(() => mailing.close());

  async function sent(...[kind, data]: Parameters<MailingApp['post']>) {
    const arrival = mailing.arrival();
    mailing.post(kind, data);
    return (await arrival).content;
  }

  it('say what the template says', async () => {
    const { subject, text, html } = await sent('confirmation');
    expect(subject).toBe('Hi ada@example.com');
    expect(text?.trim()).toBe(`Go to ${mailing.link}`);
    expect(html).toContain('>Go</a>');
  });

  it('say the rest in the words by default: with another subject alone, which stays one line', async () => {
    const { subject, text, html, bcc } = await sent('resetPassword');
    expect(subject).toMatch(/^For ada@example\.com\s*Bcc: eve@example\.net$/);
    expect(bcc).toBeUndefined();
    expect(text).toContain('Someone has requested a link');
    expect(html).toContain('Change my password</a>');
  });

  it('with other HTML alone', async () => {
    const { subject, text, html } = await sent('unlock');
    expect(subject).toBe('Unlock instructions');
    expect(text).toContain(mailing.link);
    expect(html).toContain('<p>Our own</p>');
    expect(html).not.toContain('Unlock my account');
  });

  it('with nothing of its own', async () => {
    expect((await sent('passwordChanged')).subject).toBe('Password Changed');
    expect((await sent('emailChanged', { newEmail: 'new@example.com' })).subject).toBe('Email Changed');
  });

  it('and a mail without a template is what it was', async () => {
    expect((await sent('addressTaken')).text).toContain('Nothing has changed.');
  });
});
