import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DemoMailsController } from './demo-mails.controller.js';
import { SentMails } from './sent-mails.js';

/** Global, because the mailer is made inside the module of the library. */
@Global()
@Module({ controllers: [DemoMailsController] })
export class DemoMailsModule {
  /** @param mails - where they are kept. */
  static with(mails: SentMails): DynamicModule {
    return { module: DemoMailsModule, providers: [{ provide: SentMails, useValue: mails }], exports: [SentMails] };
  }
}
