import { setTimeout as wait } from 'node:timers/promises';
import { BadRequestException, Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { Outbox } from 'nestjs-token-auth';
import { SentMails } from './sent-mails.js';

/** In ms: a mail server that is out of reach is tried again for minutes. */
const LONGEST_WAIT = 5000;

/** Open to everybody, which is why it exists outside production only. */
@Controller('demo')
export class DemoMailsController {
  constructor(
    @Inject(SentMails) private readonly sent: SentMails,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  /** The mails to an address, oldest first. Waits for those that are on their way. */
  @Get('mails')
  @Header('Cache-Control', 'no-store')
  async mails(@Query('to') to: unknown) {
    if (typeof to !== 'string' || to.trim() === '') {
      throw new BadRequestException({ errors: ['to must be one e-mail address.'] });
    }
    await Promise.race([this.outbox.settled(), wait(LONGEST_WAIT, undefined, { ref: false })]);
    return this.sent.to(to).map((mail) => ({ to: mail.to, subject: mail.subject, body: mail.text }));
  }

  /** Where links can lead: what a page of the application would find in its URL. */
  @Get('landing')
  @Header('Cache-Control', 'no-store')
  landing(@Query() query: unknown) {
    return { data: query };
  }
}
