import { Inject, Injectable } from '@nestjs/common';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { defaultContent } from './default-templates.js';
import type { MailContent, MailData } from './mail-templates.js';
import { Outbox } from './outbox.js';
import { TokenAuthMailer, type MailKind } from './token-auth-mailer.js';

/** From how many characters on a parameter of a link may be a secret. */
const SHORTEST_SECRET = 16;

/** The mails about accounts: puts them into words and hands them to the mailer, apart from the request. */
@Injectable()
export class AccountMails {
  constructor(
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(TokenAuthMailer) private readonly mailer: TokenAuthMailer,
  ) {}

  /** Sends a mail soon; does nothing where no mails are sent. */
  post(kind: MailKind, data: MailData): void {
    if (this.config.mail === null) return;
    this.outbox.enqueue(kind, async () => {
      try {
        await this.mailer.send({ kind, to: data.to, ...(await this.content(kind, data)) });
      } catch (error) {
        throw withoutSecrets(error, data.link);
      }
    });
  }

  /** A link for a mail: below the configured URL, its parameters in alphabetical order. */
  link(path: string, parameters: Record<string, string>): string {
    const query = new URLSearchParams(parameters);
    query.sort();
    return `${this.config.mail?.publicUrl ?? ''}/${path}?${query.toString()}`;
  }

  private async content(kind: MailKind, data: MailData): Promise<MailContent> {
    const own = await this.config.mail?.templates[kind]?.(data);
    const byDefault = defaultContent(kind, data, this.config.languages[data.language] ?? {});
    return {
      subject: own?.subject ?? byDefault.subject,
      text: own?.text ?? byDefault.text,
      html: own?.html ?? byDefault.html,
    };
  }
}

/** What a mail server, a queue or a template says may quote the mail, and with it the link. */
function withoutSecrets(error: unknown, link: string | null): Error {
  const message = error instanceof Error ? error.message : String(error);
  const parameters = new URLSearchParams(link === null ? '' : link.slice(link.indexOf('?') + 1));
  let clean = message;
  for (const value of parameters.values()) {
    if (value.length >= SHORTEST_SECRET) clean = clean.replaceAll(value, '…');
  }
  // Not the error itself: services put the mail into further properties.
  return new Error(clean);
}
