import type { MailTemplates } from '../mails/mail-templates.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';

/** Mails, their links, and where links may lead. */
export interface MailOptions<U extends AnyUser = AnyUser> {
  /**
   * Where people reach this module's endpoints, such as `'https://api.example.com/auth'`: what the links of mails begin
   * with. Never taken from a request, whose Host header anybody can forge. Needed where mails are sent, and
   * with `oauth`.
   */
  publicUrl?: string;

  /**
   * Where mails are handed over: the URL of an SMTP server (`'smtps://user:password@mail.example.com'`) or any options that
   * nodemailer takes; needs the package nodemailer. Without it, and without a `mailer` of your own, no mail is sent and
   * password reset is off. With both, NodemailerMailer sends what your mailer hands to it.
   *
   * @defaultValue none
   */
  mailTransport?: string | object;

  /** The sender of all mails, such as `'Example <no-reply@example.com>'`. Needed with `mailTransport`. */
  mailFrom?: string;

  /**
   * Your own words for mails, one by one; what a template leaves out is taken from the module's own.
   *
   * @example
   * ```ts
   * mailTemplates: {
   *   resetPassword: ({ link }) => ({ subject: 'A new password', text: `Follow ${link}`, html: `<a href="${link}">…</a>` }),
   * }
   * ```
   */
  mailTemplates?: MailTemplates<U>;

  /**
   * Where links may lead: URLs whose scheme, host and port must be those of the redirect, and whose path, if any, must
   * be it or above it. A host may begin with one wildcard label, as in `'https://*.example.com'`; custom schemes serve
   * apps: `'myapp://reset'`. URLs of more than 2048 characters are refused, and below a path such with encoded slashes.
   *
   * @defaultValue none: nowhere but to the URLs below
   */
  redirectAllowlist?: readonly string[];

  /**
   * Where a confirmation link leads when the client names no URL (`confirm_success_url`, `redirect_url`).
   *
   * @defaultValue none: the client must name one
   */
  defaultConfirmSuccessUrl?: string;

  /**
   * Where a reset link leads when the client names no `redirect_url`.
   *
   * @defaultValue none: the client must name one
   */
  defaultPasswordResetUrl?: string;

  /**
   * Where an unlock link leads.
   *
   * @defaultValue none: a plain page that says so
   */
  unlockSuccessUrl?: string;
}
