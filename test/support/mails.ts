import { Outbox, type MailData, type MailKind, type TokenAuthModuleOptions } from 'nestjs-token-auth';
// Not public: applications get mails by way of the endpoints.
import { AccountMails } from '../../dist/mails/account-mails.js';
import { eventually } from './client.js';
import { TestApp, type AppOptions, type Platform, type User } from './app.js';
import { SmtpServer } from './smtp.js';

/** What the link of a test mail must keep to itself. */
export const SECRET = 'Zm9yLXRoZS1yZWFkZXItb25seQ';

/** An application that sends its mails to a server on the loopback, and the server. */
export class MailingApp {
  private stopped: Promise<void> | null = null;

  private constructor(
    readonly app: TestApp,
    readonly smtp: SmtpServer,
  ) {}

  /** @param auth - its options of the transport come on top of where the server is. */
  static async start(
    platform: Platform,
    auth: Partial<TokenAuthModuleOptions<User>> = {},
    options: AppOptions = {},
  ): Promise<MailingApp> {
    const smtp = await SmtpServer.start();
    const { hostname: host, port } = new URL(smtp.url);
    const { mailTransport } = auth;
    const app = await TestApp.start(platform, {
      ...options,
      auth: {
        publicUrl: 'https://api.example.com/auth/',
        mailFrom: 'Example <no-reply@example.com>',
        ...auth,
        mailTransport: typeof mailTransport === 'object' ? { host, port: Number(port), ...mailTransport } : smtp.url,
      },
    });
    return new MailingApp(app, smtp);
  }

  get mails(): AccountMails {
    return this.app.nest.get(AccountMails);
  }

  get outbox(): Outbox {
    return this.app.nest.get(Outbox);
  }

  get link(): string {
    return this.mails.link('password/edit', { reset_password_token: SECRET, config: 'default' });
  }

  post(kind: MailKind, data: Partial<MailData> = {}): void {
    const user = { id: 1, email: 'ada@example.com' } as MailData['user'];
    this.mails.post(kind, { user, to: 'ada@example.com', link: this.link, newEmail: null, language: 'en', ...data });
  }

  /** The mail that arrives next, when all have. */
  async arrival() {
    const { length } = this.smtp.mails;
    await eventually(() => this.smtp.mails.length > length);
    return this.smtp.mails[length]!;
  }

  /** Closes the application, but not the server. */
  async stop(): Promise<void> {
    await (this.stopped ??= this.app.close());
  }

  async close(): Promise<void> {
    await this.stop();
    await this.smtp.close();
  }
}
