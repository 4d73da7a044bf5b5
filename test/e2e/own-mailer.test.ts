import { Global, Inject, Injectable, Module } from '@nestjs/common';
import { NodemailerMailer, Outbox, TokenAuthEvents, TokenAuthMailer, type OutgoingMail } from 'nestjs-token-auth';
import { expect, it } from 'vitest';
import { AccountMails } from '../../dist/mails/account-mails.js';
import { TestApp, type Platform } from '../support/app.js';
import { MailingApp } from '../support/mails.js';

const platform: Platform = { adapter: 'express', database: 'sqlite' };

/** What an application sends its mails with. */
class Letters {
  readonly mails: OutgoingMail[] = [];
}

@Global()
@Module({ providers: [Letters], exports: [Letters] })
class LettersModule {}

@Injectable()
class LetterMailer extends TokenAuthMailer {
  constructor(@Inject(Letters) private readonly letters: Letters) {
    super();
  }

  override async send(mail: OutgoingMail): Promise<void> {
    await Promise.resolve();
    this.letters.mails.push(mail);
  }
}

const mail = {
  user: {} as never,
  to: 'ada@example.com',
  link: 'https://api.example.com/auth/unlock?t=1',
  newEmail: null,
  language: 'en',
};

it('a mailer of the application gets plain data that it can put into a queue', async () => {
  const app = await TestApp.start(platform, {
    auth: { mailer: LetterMailer, publicUrl: 'https://api.example.com/auth' },
    imports: [LettersModule],
  });
  try {
    app.nest.get(AccountMails).post('unlock', mail);
    const { mails } = app.nest.get(Letters);
    await app.nest.get(Outbox).settled();
    expect(mails).toEqual([
      {
        kind: 'unlock',
        to: 'ada@example.com',
        subject: 'Unlock instructions',
        text: expect.stringContaining(mail.link),
        html: expect.stringContaining(mail.link),
      },
    ]);
    expect(JSON.parse(JSON.stringify(mails))).toEqual(mails);
  } finally {
    await app.close();
  }
});

it('a queue of the application can leave the sending to nodemailer', async () => {
  const mailing = await MailingApp.start(platform, { mailer: LetterMailer }, { imports: [LettersModule] });
  try {
    mailing.post('unlock');
    await mailing.outbox.settled();
    expect(mailing.smtp.mails).toEqual([]);
    for (const each of mailing.app.nest.get(Letters).mails) await mailing.app.nest.get(NodemailerMailer).send(each);
    expect(mailing.smtp.mails.map(({ content }) => content.subject)).toEqual(['Unlock instructions']);
  } finally {
    await mailing.close();
  }
});

it('an application without mails posts none, and none fails', async () => {
  const app = await TestApp.start(platform);
  const failed: unknown[] = [];
  app.nest.get(TokenAuthEvents).on('mail.failed', (event) => failed.push(event));
  app.nest.get(AccountMails).post('unlock', mail);
  // Whatever waits would get its last attempt.
  await app.close();
  expect(failed).toEqual([]);
});
