import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { MailKind } from './token-auth-mailer.js';

/** What a template has to say something about. */
export interface MailData<U extends AnyUser = AnyUser> {
  readonly user: U;
  /** The address that the mail goes to. */
  readonly to: string;
  /** What to follow; null in a mail that only tells. */
  readonly link: string | null;
  /** The address that takes the place of the old one, in `emailChanged`; else null. */
  readonly newEmail: string | null;
  /** The tag of the language that the request which caused the mail asked for, one of the application's. */
  readonly language: string;
}

/** The words of a mail. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Makes the words of a mail, or those that differ from the module's own. */
export type MailTemplate<U extends AnyUser = AnyUser> = (
  data: MailData<U>,
) => Partial<MailContent> | Promise<Partial<MailContent>>;

/** The templates of an application, by what the mail is about. */
export type MailTemplates<U extends AnyUser = AnyUser> = Partial<Record<MailKind, MailTemplate<U>>>;
