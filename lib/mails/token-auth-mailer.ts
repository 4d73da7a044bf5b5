/** What a mail is about. */
export type MailKind =
  'confirmation' | 'resetPassword' | 'unlock' | 'emailChanged' | 'passwordChanged' | 'addressTaken';

/** A mail ready to be sent. Plain data, so that it can be put into a queue; its link is a secret until it is used. */
export interface OutgoingMail {
  readonly kind: MailKind;
  /** The address, and nothing but it. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * Sends mails. Give a class of your own to the module to use another service, or to put mails into a queue that survives
 * a crash: by default they wait in memory.
 *
 * `send` is called after the request has been answered. What it throws is tried again several times.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class QueuedMailer extends TokenAuthMailer {
 *   constructor(@InjectQueue('mails') private readonly queue: Queue) {
 *     super();
 *   }
 *   async send(mail: OutgoingMail) {
 *     await this.queue.add(mail.kind, mail);
 *   }
 * }
 *
 * TokenAuthModule.forRoot({ userEntity: User, mailer: QueuedMailer, publicUrl: 'https://api.example.com/auth' });
 *
 * // With `mailTransport` and `mailFrom`, what works the queue off can leave the sending to this module:
 * constructor(private readonly nodemailer: NodemailerMailer) {}
 * async process({ data }: Job<OutgoingMail>) {
 *   await this.nodemailer.send(data);
 * }
 * ```
 */
export abstract class TokenAuthMailer {
  abstract send(mail: OutgoingMail): Promise<void>;
}
