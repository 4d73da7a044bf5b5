import type { MailTemplates } from '../mails/mail-templates.js';
import type { MailKind } from '../mails/token-auth-mailer.js';
import { parseTarget, RedirectAllowlist } from '../redirects/redirect-allowlist.js';
import type { OptionsCheck } from './options-check.js';

/** Mails, and where their links lead. */
export interface MailConfig {
  /** Where people reach the endpoints, without a slash at its end; null where it is not given. */
  readonly publicUrl: string | null;
  /** Null where no mails are sent. */
  readonly mail: {
    /** What links begin with, without a slash at its end. */
    readonly publicUrl: string;
    readonly templates: MailTemplates;
    /** How nodemailer sends mails; null where the application has a mailer of its own that does without it. */
    readonly smtp: { readonly transport: string | object; readonly from: string } | null;
  } | null;
  readonly redirects: {
    readonly allowlist: RedirectAllowlist;
    readonly confirmSuccess: string | null;
    readonly passwordReset: string | null;
    readonly unlockSuccess: string | null;
  };
}

export function mailConfig(check: OptionsCheck, hasOwnMailer: boolean): MailConfig {
  const confirmSuccess = url(check, 'defaultConfirmSuccessUrl');
  const passwordReset = url(check, 'defaultPasswordResetUrl');
  const unlockSuccess = url(check, 'unlockSuccessUrl');
  const own = [confirmSuccess, passwordReset].filter((each) => each !== null);
  const publicUrl = url(check, 'publicUrl')?.replace(/\/+$/, '') ?? null;
  return {
    publicUrl,
    mail: mail(check, hasOwnMailer, publicUrl),
    redirects: Object.freeze({ allowlist: allowlist(check, own), confirmSuccess, passwordReset, unlockSuccess }),
  };
}

function mail(check: OptionsCheck, hasOwnMailer: boolean, publicUrl: string | null): MailConfig['mail'] {
  const { mailTransport: transport } = check.options;
  const from = check.text('mailFrom');
  const templates = mailTemplates(check);
  if (transport === undefined && !hasOwnMailer) return null;
  if (publicUrl === null) {
    check.fault('publicUrl', 'must be given where mails are sent: their links begin with it, never with a Host header');
  }
  const base = { publicUrl: publicUrl ?? '', templates };
  if (transport === undefined) return Object.freeze({ ...base, smtp: null });
  const known = typeof transport === 'string' ? /^smtps?:\/\/./i.test(transport) : typeof transport === 'object';
  if (!known || transport === null) {
    check.fault(
      'mailTransport',
      "must be a URL such as 'smtps://mail.example.com' or an object of options for nodemailer",
    );
  }
  if (from === null) check.fault('mailFrom', 'must be given with mailTransport');
  return Object.freeze({ ...base, smtp: Object.freeze({ transport, from: from ?? '' }) });
}

function mailTemplates(check: OptionsCheck): MailTemplates {
  const templates = check.map('mailTemplates', 'an object with a function for each mail');
  for (const [kind, template] of Object.entries(templates)) {
    if (!Object.hasOwn(MAIL_KINDS, kind)) check.fault('mailTemplates', `knows no mail '${kind}'`);
    else if (typeof template !== 'function') check.fault('mailTemplates', `must give a function for '${kind}'`);
  }
  return templates as MailTemplates;
}

/** An object, so that the compiler reports a kind that is missing here. */
const MAIL_KINDS = {
  confirmation: true,
  resetPassword: true,
  unlock: true,
  emailChanged: true,
  passwordChanged: true,
  addressTaken: true,
} satisfies Record<MailKind, true>;

function allowlist(check: OptionsCheck, own: readonly string[]): RedirectAllowlist {
  try {
    return new RedirectAllowlist(check.texts('redirectAllowlist'), own);
  } catch (error) {
    check.fault('redirectAllowlist', `must be a list of URLs: ${(error as Error).message}`);
    return new RedirectAllowlist([]);
  }
}

function url(
  check: OptionsCheck,
  name: 'publicUrl' | 'defaultConfirmSuccessUrl' | 'defaultPasswordResetUrl' | 'unlockSuccessUrl',
): string | null {
  const value = check.text(name);
  const parsed = value === null ? null : parseTarget(value);
  if (value !== null && parsed === null) check.fault(name, 'must be an absolute URL');
  if (parsed !== null && name === 'publicUrl' && !/^https?:[^?#]+$/.test(parsed.href)) {
    check.fault(name, "must be a URL such as 'https://api.example.com/auth'");
  }
  return value;
}
