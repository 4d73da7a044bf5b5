import type { MailContent, MailData } from './mail-templates.js';
import type { MailKind } from './token-auth-mailer.js';

/** The words of a mail, apart from how it is laid out. */
interface Words {
  readonly subject: string;
  readonly greeting: string;
  readonly before: readonly string[];
  /** What the link is called. */
  readonly action?: string;
  readonly after?: readonly string[];
}

const WORDS: Readonly<Record<MailKind, (data: MailData) => Words>> = Object.freeze({
  confirmation: ({ to }: MailData) => ({
    subject: 'Confirmation instructions',
    greeting: `Welcome ${to}!`,
    before: ['You can confirm your account email through the link below:'],
    action: 'Confirm my account',
  }),
  resetPassword: ({ to }: MailData) => ({
    subject: 'Reset password instructions',
    greeting: `Hello ${to}!`,
    before: ['Someone has requested a link to change your password. You can do this through the link below.'],
    action: 'Change my password',
    after: [
      "If you didn't request this, please ignore this email.",
      "Your password won't change until you access the link above and create a new one.",
    ],
  }),
  unlock: ({ to }: MailData) => ({
    subject: 'Unlock instructions',
    greeting: `Hello ${to}!`,
    before: [
      'Your account has been locked due to an excessive number of unsuccessful sign in attempts.',
      'Click the link below to unlock your account:',
    ],
    action: 'Unlock my account',
  }),
  emailChanged: ({ to, newEmail }: MailData) => ({
    subject: 'Email Changed',
    greeting: `Hello ${to}!`,
    before: [
      `The email address of your account is being changed to ${newEmail ?? 'another one'}.`,
      "If you didn't ask for this, please contact us.",
    ],
  }),
  passwordChanged: ({ to }: MailData) => ({
    subject: 'Password Changed',
    greeting: `Hello ${to}!`,
    before: [
      'The password of your account has been changed.',
      "If you didn't do this, please request a new password at once.",
    ],
  }),
  addressTaken: ({ to }: MailData) => ({
    subject: 'You already have an account',
    greeting: `Hello ${to}!`,
    before: [
      'Someone has tried to sign up with this email address, which already has an account. Nothing has changed.',
      'If it was you, please sign in, or request a new password if you have forgotten yours.',
      "If it wasn't you, please ignore this email.",
    ],
  }),
});

/** The module's own words for a mail. */
export function defaultContent(kind: MailKind, data: MailData): MailContent {
  const words = WORDS[kind](data);
  return { subject: words.subject, text: text(words, data.link), html: html(words, data.link) };
}

function text({ greeting, before, after = [] }: Words, link: string | null): string {
  const paragraphs = [greeting, ...before, ...(link === null ? [] : [link]), ...after];
  return `${paragraphs.join('\n\n')}\n`;
}

function html({ subject, greeting, before, action, after = [] }: Words, link: string | null): string {
  const anchor = link === null ? [] : [`<a href="${escapeHtml(link)}">${escapeHtml(action ?? link)}</a>`];
  const paragraphs = [greeting, ...before].map(escapeHtml).concat(anchor, after.map(escapeHtml));
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="font-family: sans-serif; line-height: 1.5">',
    ...paragraphs.map((paragraph) => `<p>${paragraph}</p>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = Object.freeze({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
});

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
