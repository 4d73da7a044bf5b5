import { directionOf } from '../messages/direction.js';
import { Message, type Language, type MessageCode } from '../messages/message.js';
import { escapeHtml } from './escape-html.js';
import type { MailContent, MailData } from './mail-templates.js';
import type { MailKind } from './token-auth-mailer.js';

/** What a mail says, apart from how it is laid out. */
interface Outline {
  readonly subject: MessageCode;
  readonly greeting: 'mail_hello' | 'mail_welcome';
  readonly before: readonly MessageCode[];
  /** What the link is called. */
  readonly action?: MessageCode;
  readonly after?: readonly MessageCode[];
}

const OUTLINES: Readonly<Record<MailKind, Outline>> = Object.freeze({
  confirmation: {
    subject: 'mail_confirmation_subject',
    greeting: 'mail_welcome',
    before: ['mail_confirmation_text'],
    action: 'mail_confirmation_link',
  },
  resetPassword: {
    subject: 'mail_reset_subject',
    greeting: 'mail_hello',
    before: ['mail_reset_text'],
    action: 'mail_reset_link',
    after: ['mail_reset_ignore', 'mail_reset_unchanged'],
  },
  unlock: {
    subject: 'mail_unlock_subject',
    greeting: 'mail_hello',
    before: ['locked', 'mail_unlock_text'],
    action: 'mail_unlock_link',
  },
  emailChanged: {
    subject: 'mail_email_changed_subject',
    greeting: 'mail_hello',
    before: ['mail_email_changed_text', 'mail_email_changed_hint'],
  },
  passwordChanged: {
    subject: 'mail_password_changed_subject',
    greeting: 'mail_hello',
    before: ['mail_password_changed_text', 'mail_password_changed_hint'],
  },
  addressTaken: {
    subject: 'mail_address_taken_subject',
    greeting: 'mail_hello',
    before: ['mail_address_taken_text', 'mail_address_taken_own', 'mail_address_taken_other'],
  },
});

/** The words of a mail in one language. */
interface Words {
  readonly language: string;
  readonly subject: string;
  readonly before: readonly string[];
  readonly action: string | null;
  readonly after: readonly string[];
}

/** The module's own words for a mail, in a language. */
export function defaultContent(kind: MailKind, data: MailData, texts: Language): MailContent {
  const outline = OUTLINES[kind];
  const words = (code: MessageCode) => new Message(code, { email: data.newEmail ?? data.to }).in(texts);
  const inWords: Words = {
    language: data.language,
    subject: words(outline.subject),
    before: [new Message(outline.greeting, { email: data.to }).in(texts), ...outline.before.map(words)],
    action: outline.action === undefined ? null : words(outline.action),
    after: (outline.after ?? []).map(words),
  };
  return { subject: inWords.subject, text: text(inWords, data.link), html: html(inWords, data.link) };
}

function text({ before, after }: Words, link: string | null): string {
  const paragraphs = [...before, ...(link === null ? [] : [link]), ...after];
  return `${paragraphs.join('\n\n')}\n`;
}

function html({ language, subject, before, action, after }: Words, link: string | null): string {
  const anchor = link === null ? [] : [`<a href="${escapeHtml(link)}">${escapeHtml(action ?? link)}</a>`];
  const paragraphs = [...before.map(escapeHtml), ...anchor, ...after.map(escapeHtml)];
  return [
    '<!doctype html>',
    `<html lang="${escapeHtml(language)}" dir="${directionOf(language)}">`,
    `<head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="font-family: sans-serif; line-height: 1.5">',
    ...paragraphs.map((paragraph) => `<p>${paragraph}</p>`),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
