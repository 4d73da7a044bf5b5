import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TokenAuthModule, type OAuthProvider, type TokenAuthModuleOptions } from 'nestjs-token-auth';
import { languages } from 'nestjs-token-auth/languages';
import type { Database } from './database.js';
import { DemoController } from './demo.controller.js';
import { DemoMailer, DemoSmtpMailer } from './mails/demo-mailers.js';
import { DemoMailsModule } from './mails/demo-mails.module.js';
import type { SentMails } from './mails/sent-mails.js';
import { ProfileDto } from './profile.dto.js';
import { SecondFactorHooks } from './second-factor/second-factor.hooks.js';
import { SecondFactorModule } from './second-factor/second-factor.module.js';
import type { Settings } from './settings/settings.js';
import type { TokenAuthSettings } from './settings/token-auth-settings.js';
import { SetupModule } from './setup/setup.module.js';
import { User } from './user.entity.js';

/** Where pages are served while they are written. */
const DEVELOPMENT_SERVERS = ['3000', '4200', '5173', '8080'].map((port) => `http://localhost:${port}`);

/** What outlives an application that another one takes the place of. */
export interface Surroundings {
  /** What people reach it by. */
  readonly origin: string;
  /** The providers to sign in by. */
  readonly oauth: Record<string, OAuthProvider>;
  readonly database: Database;
  readonly mails: SentMails;
  /** Builds the application anew with these options; until that has succeeded the present one serves. */
  readonly rebuildWith: (auth: TokenAuthSettings) => Promise<void>;
}

@Module({ controllers: [DemoController] })
export class AppModule {
  static with(settings: Settings, surroundings: Surroundings): DynamicModule {
    const { origin, oauth, database, mails, rebuildWith } = surroundings;
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          // Tables are made at the start, which is right for a demo; a real application uses migrations.
          useFactory: () => ({
            ...settings.database,
            autoLoadEntities: true,
            synchronize: true,
            retryAttempts: 3,
            retryDelay: 500,
          }),
          dataSourceFactory: database.connect,
        }),
        TokenAuthModule.forRoot({ ...accounts(settings, origin), oauth, ...settings.auth }),
        SecondFactorModule,
        SetupModule.with(settings, origin, rebuildWith),
        ...(settings.isProduction ? [] : [DemoMailsModule.with(mails)]),
      ],
    };
  }
}

/** Where people reach the endpoints, unless a variable says otherwise. */
export function publicUrl(origin: string, { publicUrl: given, path = 'auth' }: Settings['auth']): string {
  return given ?? `${origin}/${path}`;
}

/** What the module has to be told about this application. Variables replace what they are about. */
function accounts({ auth, isProduction }: Settings, origin: string): TokenAuthModuleOptions<User> {
  const demoMailer = auth.mailTransport === undefined ? DemoMailer : DemoSmtpMailer;
  return {
    userEntity: User,
    hooks: SecondFactorHooks,
    languages,
    signUpDto: ProfileDto,
    accountUpdateDto: ProfileDto,
    publicUrl: publicUrl(origin, auth),
    mailFrom: 'Sample app <no-reply@example.com>',
    redirectAllowlist: isProduction ? [origin] : [origin, ...DEVELOPMENT_SERVERS],
    ...(isProduction ? {} : { mailer: demoMailer }),
  };
}
