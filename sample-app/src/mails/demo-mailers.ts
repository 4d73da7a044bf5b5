import { Inject, Injectable } from '@nestjs/common';
import { NodemailerMailer, TokenAuthMailer, type OutgoingMail } from 'nestjs-token-auth';
import { SentMails } from './sent-mails.js';

/** Sends no mail anywhere: it can be read at `GET /demo/mails`. */
@Injectable()
export class DemoMailer extends TokenAuthMailer {
  constructor(@Inject(SentMails) private readonly sent: SentMails) {
    super();
  }

  async send(mail: OutgoingMail): Promise<void> {
    this.sent.keep(mail);
  }
}

/** Sends mails as the module does by itself; they can be read at `GET /demo/mails` too. */
@Injectable()
export class DemoSmtpMailer extends TokenAuthMailer {
  constructor(
    @Inject(NodemailerMailer) private readonly smtp: NodemailerMailer,
    @Inject(SentMails) private readonly sent: SentMails,
  ) {
    super();
  }

  async send(mail: OutgoingMail): Promise<void> {
    await this.smtp.send(mail);
    this.sent.keep(mail);
  }
}
