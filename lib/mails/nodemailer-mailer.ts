import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { Outbox } from './outbox.js';
import { TokenAuthMailer, type OutgoingMail } from './token-auth-mailer.js';

/** How long to wait for a mail server, in ms; options of the same names override it. */
const TIMEOUTS = Object.freeze({
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
});

/** How long sending a mail may take, in ms: less than an attempt may take, so that no two attempts overlap. */
const SEND_LIMIT = 50_000;

/** What this class uses of nodemailer, whose types applications without it do not have. */
interface Transport {
  sendMail(mail: object): Promise<unknown>;
  close(): void;
}

/**
 * Sends mails with the package nodemailer, as the options `mailTransport` and `mailFrom` say. Where a `mailer` of your own
 * puts mails into a queue, what works the queue off can inject this to send them.
 */
@Injectable()
export class NodemailerMailer extends TokenAuthMailer implements OnModuleInit, OnApplicationShutdown {
  private transport: Transport | null = null;
  private readonly attempts = new Set<AbortController>();

  constructor(
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {
    super();
  }

  /** Finds out at start-up, not with the first mail, that something is missing. */
  async onModuleInit(): Promise<void> {
    const smtp = this.config.mail?.smtp ?? null;
    if (smtp !== null) this.transport = await open(smtp.transport);
  }

  override async send({ to, subject, text, html }: OutgoingMail): Promise<void> {
    if (this.transport === null) throw new Error('NodemailerMailer needs the options mailTransport and mailFrom.');
    const attempt = new AbortController();
    const timer = setTimeout(() => attempt.abort(), SEND_LIMIT).unref();
    this.attempts.add(attempt);
    try {
      await this.transport.sendMail({
        from: this.config.mail?.smtp?.from,
        // Not as text, which could be read as several addresses.
        to: { name: '', address: to },
        subject,
        text,
        html,
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: attempt.signal,
      });
    } finally {
      clearTimeout(timer);
      this.attempts.delete(attempt);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.outbox.drain();
    // What hangs even now would keep the process alive.
    for (const attempt of this.attempts) attempt.abort();
    this.transport?.close();
  }
}

async function open(transport: string | object): Promise<Transport> {
  const { createTransport } = await load();
  if (typeof transport === 'string') return createTransport({ ...TIMEOUTS, url: transport });
  // A transport of the application's own is an object with methods; everything else are options.
  const isOwn = typeof (transport as { send?: unknown }).send === 'function';
  return createTransport(isOwn ? transport : { ...TIMEOUTS, ...transport });
}

async function load(): Promise<{ createTransport: (options: object) => Transport }> {
  try {
    return await import('nodemailer');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(
      'TokenAuthModule sends mails by mailTransport with a package that is missing: npm install nodemailer',
    );
  }
}
