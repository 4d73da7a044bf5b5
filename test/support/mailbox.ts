import { Outbox, type TokenAuthModuleOptions } from 'nestjs-token-auth';
import type { TestApp } from './app.js';
import { send, type Answer } from './client.js';
import { SmtpServer } from './smtp.js';

/** What links in mails begin with: nothing that a request could name. */
export const PUBLIC_URL = 'https://api.example.com/auth';

/** A page of the application that links may lead to. */
export const PAGE = 'https://app.example.com/welcome';

/** A mail as its reader sees it. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A real mail server, and what applications have to say to send their mails to it. */
export class Mailbox {
  private constructor(readonly server: SmtpServer) {}

  static async open(): Promise<Mailbox> {
    return new Mailbox(await SmtpServer.start());
  }

  /** Options of the module with which it mails. */
  get options(): Partial<TokenAuthModuleOptions<any>> {
    return {
      mailTransport: this.server.url,
      mailFrom: 'Example <no-reply@example.com>',
      publicUrl: PUBLIC_URL,
      redirectAllowlist: ['https://app.example.com'],
    };
  }

  /** All mails to an address so far, oldest first, once nothing waits to be sent. */
  async mailsTo(app: TestApp, address: string): Promise<Mail[]> {
    await app.nest.get(Outbox).settled();
    return this.arrived(address);
  }

  /** All mails to an address that have arrived, oldest first. */
  arrived(address: string): Mail[] {
    return this.server.mails
      .filter(({ recipients }) => recipients.includes(address))
      .map(({ content }) => ({
        to: address,
        subject: content.subject ?? '',
        text: content.text ?? '',
        html: content.html || '',
      }));
  }

  /** The newest mail to an address. */
  async mailTo(app: TestApp, address: string): Promise<Mail> {
    const mail = (await this.mailsTo(app, address)).at(-1);
    if (mail === undefined) throw new Error(`No mail has arrived for ${address}.`);
    return mail;
  }

  /** The link in the newest mail to an address. */
  async linkTo(app: TestApp, address: string): Promise<URL> {
    const { text } = await this.mailTo(app, address);
    const [link] = /https:\S+/.exec(text) ?? [];
    if (link === undefined) throw new Error('The mail holds no link.');
    return new URL(link);
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}

/** Follows the link of a mail: to the application that is reached under {@link PUBLIC_URL} in the mail. */
export async function follow(app: TestApp, link: URL, init: RequestInit = {}): Promise<Answer> {
  return await send(link.href.replace(PUBLIC_URL, `${app.url}/auth`), init);
}

/** Where an answer leads, and with which parameters. */
export function redirectOf({ headers }: Answer): { to: string; parameters: Record<string, string> } {
  const location = new URL(headers.get('location') ?? '');
  return { to: location.origin + location.pathname, parameters: Object.fromEntries(location.searchParams) };
}
