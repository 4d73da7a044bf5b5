import type { Provider, Type } from '@nestjs/common';
import { AccountMails } from './account-mails.js';
import { NodemailerMailer } from './nodemailer-mailer.js';
import { Outbox } from './outbox.js';
import { TokenAuthMailer } from './token-auth-mailer.js';

/**
 * What mails are written and sent by.
 *
 * @param mailer - the application's own, which can hand mails to nodemailer's.
 */
export function mailProviders(mailer: Type<TokenAuthMailer> | undefined): Provider[] {
  return [
    AccountMails,
    Outbox,
    NodemailerMailer,
    mailer === undefined
      ? { provide: TokenAuthMailer, useExisting: NodemailerMailer }
      : { provide: TokenAuthMailer, useClass: mailer },
  ];
}
