import { Global, Module } from '@nestjs/common';
import { DemoMailsController } from './demo-mails.controller.js';
import { SentMails } from './sent-mails.js';

/** Global, because the mailer is made inside the module of the library. */
@Global()
@Module({ controllers: [DemoMailsController], providers: [SentMails], exports: [SentMails] })
export class DemoMailsModule {}
