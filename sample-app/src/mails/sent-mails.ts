import type { OutgoingMail } from 'nestjs-token-auth';

const MOST = 1000;

/** The latest mails of this process, for whoever tries the demo out. Their links are secrets: nothing for production. */
export class SentMails {
  private readonly mails: OutgoingMail[] = [];

  keep(mail: OutgoingMail): void {
    this.mails.push(mail);
    if (this.mails.length > MOST) this.mails.shift();
  }

  /** Those to an address, oldest first. */
  to(address: string): OutgoingMail[] {
    const normalized = address.trim().toLowerCase();
    return this.mails.filter(({ to }) => to === normalized);
  }
}
