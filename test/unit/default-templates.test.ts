import { describe, expect, it } from 'vitest';
import { defaultContent as contentIn } from '../../lib/mails/default-templates.js';
import type { MailData } from '../../lib/mails/mail-templates.js';
import type { MailKind } from '../../lib/mails/token-auth-mailer.js';

const LINK = 'https://api.example.com/auth/password/edit?config=default&reset_password_token=secret';

function data(values: Partial<MailData> = {}): MailData {
  return { user: {} as MailData['user'], to: 'ada@example.com', link: null, newEmail: null, language: 'en', ...values };
}

/** In English. */
function defaultContent(kind: MailKind, of: MailData) {
  return contentIn(kind, of, {});
}

const SUBJECTS: Record<MailKind, string> = {
  confirmation: 'Confirmation instructions',
  resetPassword: 'Reset password instructions',
  unlock: 'Unlock instructions',
  emailChanged: 'Email Changed',
  passwordChanged: 'Password Changed',
  addressTaken: 'You already have an account',
};
const KINDS = Object.keys(SUBJECTS) as MailKind[];

describe('the words of mails by default', () => {
  it.each(KINDS)('have their subject and greet the reader (%s)', (kind) => {
    const { subject, text, html } = defaultContent(kind, data());
    expect(subject).toBe(SUBJECTS[kind]);
    expect(text).toMatch(/^(Hello|Welcome) ada@example\.com!\n/);
    expect(html).toContain(`<title>${subject}</title>`);
    expect(html).toMatch(/<p>(Hello|Welcome) ada@example\.com!<\/p>/);
  });

  it.each([
    ['confirmation', 'You can confirm your account email through the link below:', 'Confirm my account'],
    ['resetPassword', 'Someone has requested a link to change your password.', 'Change my password'],
    ['unlock', 'Click the link below to unlock your account:', 'Unlock my account'],
  ] as const)('say what the link is for (%s)', (kind, sentence, action) => {
    const { text, html } = defaultContent(kind, data({ link: LINK }));
    expect(text).toContain(sentence);
    expect(text.split('\n')).toContain(LINK);
    expect(html).toContain(sentence);
    expect(html).toContain(`<p><a href="${LINK.replace('&', '&amp;')}">${action}</a></p>`);
  });

  it.each(KINDS)('hold no link where there is none, and nothing from elsewhere (%s)', (kind) => {
    const { text, html } = defaultContent(kind, data());
    expect(text).not.toContain('://');
    expect(html).not.toMatch(/:\/\/|<a |<img|<link|<script|src=/);
    expect(text + html).not.toMatch(/null|undefined|\[object/);
  });

  it('name the new address', () => {
    const { text, html } = defaultContent('emailChanged', data({ newEmail: 'lovelace@example.com' }));
    expect(text).toContain('lovelace@example.com');
    expect(html).toContain('lovelace@example.com');
  });

  it('tell the owner of a taken address that nothing has changed', () => {
    expect(defaultContent('addressTaken', data()).text).toContain('Nothing has changed.');
  });

  it.each(KINDS)('let no data speak HTML (%s)', (kind) => {
    const hostile = `<img src=x onerror="alert('1')">&amp;`;
    const values = { to: hostile, newEmail: hostile, link: `https://api.example.com/"><script>${hostile}` };
    const plain = defaultContent(kind, data({ newEmail: 'new', link: 'https://api.example.com/' }));
    const { text, html } = defaultContent(kind, data(values));
    const tags = (source: string) => source.match(/<\/?\w+/g);
    expect(tags(html)).toEqual(tags(plain.html));
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;');
    expect(text).toContain(hostile);
  });
});
