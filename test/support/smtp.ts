import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { watchUrl } from './secret-sources.js';

/** A mail as it arrived: who it was for in truth, and what it says. */
export interface ReceivedMail {
  readonly recipients: readonly string[];
  readonly content: ParsedMail;
}

/** A mail server on the loopback that keeps what it gets. */
export class SmtpServer {
  readonly mails: ReceivedMail[] = [];
  /** How many mails it has refused. */
  refused = 0;
  private refusals = 0;
  private refusal = '';
  private hanging = false;
  private closed: Promise<void> | null = null;

  private constructor(private readonly server: SMTPServer) {}

  static async start(): Promise<SmtpServer> {
    const smtp: SmtpServer = new SmtpServer(
      new SMTPServer({
        authOptional: true,
        disabledCommands: ['STARTTLS'],
        disableReverseLookup: true,
        closeTimeout: 1,
        onConnect: (_session, done) => {
          // Without a call the client never hears a word.
          if (!smtp.hanging) done();
        },
        onData: (stream, session, done) => {
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          simpleParser(stream).then((content) => smtp.take({ recipients, content }, done), done);
        },
      }),
    );
    const listener = smtp.server.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    // Clients that leave in the middle of a session.
    smtp.server.on('error', () => undefined);
    return smtp;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.server.connections.size;
  }

  /** Refuses the next mails, for a reason into which the mail's text can be put as `%s`. */
  refuseNext(count: number, reason = 'Try again later'): void {
    this.refusals = count;
    this.refusal = reason;
  }

  /** From now on accepts connections and says nothing. */
  hang(): void {
    this.hanging = true;
  }

  async close(): Promise<void> {
    await (this.closed ??= new Promise<void>((resolve) => this.server.close(resolve)));
  }

  private take(mail: ReceivedMail, done: (error?: Error) => void): void {
    watchUrl(mail.content.text ?? '');
    if (this.refusals === 0) {
      this.mails.push(mail);
      done();
      return;
    }
    this.refusals--;
    this.refused++;
    const text = (mail.content.text ?? '').replaceAll('\n', ' ');
    done(Object.assign(new Error(this.refusal.replace('%s', () => text)), { responseCode: 451 }));
  }
}
