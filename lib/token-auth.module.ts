import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type OnModuleInit,
  type Provider,
  type Type,
} from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { controllersFor, ENDPOINT_PROVIDERS } from './accounts/endpoints.js';
import { TokenAuthCleanup } from './cleanup/token-auth-cleanup.js';
import { Database } from './database/database.js';
import { entitiesFor } from './entities.js';
import { NoHooks, TokenAuthHooks } from './hooks/token-auth-hooks.js';
import { Identities } from './identities/identities.js';
import { IdentityStore } from './identities/identity-store.js';
import { mailProviders } from './mails/mail-providers.js';
import type { TokenAuthMailer } from './mails/token-auth-mailer.js';
import { Translator } from './messages/translator.js';
import { OAuthProviders } from './oauth/oauth-providers.js';
import { OneTimeTokenStore } from './one-time-tokens/one-time-token-store.js';
import { checkEntities, checkRealms, checkTables } from './realms/realm-check.js';
import { afterRealm, realmExports, realmProviders } from './realms/realm-exports.js';
import { REALM, Realms, type RealmDefinition } from './request/realms.js';
import { REQUEST_PROVIDERS } from './request/request-providers.js';
import { DecoyRows } from './throttling/decoy-rows.js';
import { MailLimit } from './throttling/mail-limit.js';
import { SignInThrottle } from './throttling/sign-in-throttle.js';
import { ThrottleStore } from './throttling/throttle-store.js';
import { resolveOptions, TOKEN_AUTH_CONFIG, type TokenAuthConfig } from './token-auth.config.js';
import type { TokenAuthModuleExtras, TokenAuthOptions } from './token-auth.options.js';
import { systemClock, TOKEN_AUTH_CLOCK } from './tokens/clock.js';
import { TOKEN_PROVIDERS } from './tokens/token-providers.js';
import { BcryptPasswordHasher } from './users/bcrypt-password-hasher.js';
import { PasswordHasher } from './users/password-hasher.js';
import type { AnyUser } from './users/token-auth-user.entity.js';
import { USER_PROVIDERS } from './users/user-providers.js';
import { USER_ENTITY } from './users/user-table.js';

const TOKEN_AUTH_OPTIONS = Symbol('nestjs-token-auth:options');

/** What shapes the module and is kept from the options. The module's own methods below ask for the user entity. */
type Extras = { [Name in keyof TokenAuthModuleExtras]-?: TokenAuthModuleExtras[Name] | undefined } & {
  isFeature: boolean | undefined;
};

const EXTRAS: Extras = {
  userEntity: undefined,
  dataSource: undefined,
  path: undefined,
  endpoints: undefined,
  passwordHasher: undefined,
  mailer: undefined,
  hooks: undefined,
  isGlobal: undefined,
  isFeature: undefined,
};

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<TokenAuthOptions>({
  optionsInjectionToken: TOKEN_AUTH_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createTokenAuthOptions')
  .setExtras(EXTRAS, assemble)
  .build();

/** What {@link TokenAuthModule.forRoot} takes. */
export type TokenAuthModuleOptions<U extends AnyUser = AnyUser> = TokenAuthModuleExtras<U> & TokenAuthOptions<U>;

/** What {@link TokenAuthModule.forRootAsync} takes: the module's shape directly, the options from elsewhere. */
export type TokenAuthModuleAsyncOptions<U extends AnyUser = AnyUser> = TokenAuthModuleExtras<U> &
  ConfigurableModuleAsyncOptions<TokenAuthOptions<U>, 'createTokenAuthOptions'>;

/** What `useClass` and `useExisting` of {@link TokenAuthModule.forRootAsync} name. */
export interface TokenAuthOptionsFactory<U extends AnyUser = AnyUser> {
  createTokenAuthOptions(): TokenAuthOptions<U> | Promise<TokenAuthOptions<U>>;
}

/**
 * Signs people in and keeps them signed in. Import it once, in the root module, and once more for each other kind of
 * users.
 */
@Module({})
export class TokenAuthModule implements OnModuleInit {
  constructor(
    @Inject(Realms) private readonly realms: Realms,
    @Inject(REALM) private readonly realm: RealmDefinition,
    @Inject(Database) private readonly database: Database,
  ) {
    checkRealms(realms.definitions());
  }

  /**
   * Registers the module, once, in the root module.
   *
   * @throws TypeError without a user entity, or for an endpoint that does not exist; at start-up TokenAuthOptionsError
   * naming every fault of the options, and Error for a second registration or a data source of an unsupported type.
   * @example
   * ```ts
   * TokenAuthModule.forRoot({ userEntity: User, lostResponse: 'forgiving' })
   * ```
   */
  static forRoot<U extends AnyUser>(options: TokenAuthModuleOptions<U>): DynamicModule {
    return {
      ...ConfigurableModuleClass.forRoot(options as unknown as TokenAuthModuleOptions),
      module: TokenAuthModule,
    };
  }

  /**
   * The same with options that come from elsewhere, by `useFactory`, `useClass` or `useExisting`.
   *
   * @throws what {@link TokenAuthModule.forRoot} throws.
   * @example
   * ```ts
   * TokenAuthModule.forRootAsync({
   *   userEntity: User,
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ tokenPepper: config.getOrThrow('TOKEN_PEPPER') }),
   * })
   * ```
   */
  static forRootAsync<U extends AnyUser>(options: TokenAuthModuleAsyncOptions<U>): DynamicModule {
    return {
      ...ConfigurableModuleClass.forRootAsync(options as unknown as TokenAuthModuleAsyncOptions),
      module: TokenAuthModule,
    };
  }

  /**
   * Registers the module for users of another entity, with tables, endpoints and options of their own. Routes are for them
   * by `@AuthenticateAs(Admin)`; services are injected by {@link getTokenAuthToken}.
   *
   * @throws what {@link TokenAuthModule.forRoot} throws; at start-up Error for an entity or a path that is registered twice.
   * @example
   * ```ts
   * TokenAuthModule.forFeature({ userEntity: Admin, path: 'admin_auth', tokenLifespan: '1 hour' })
   * ```
   */
  static forFeature<U extends AnyUser>(options: TokenAuthModuleOptions<U>): DynamicModule {
    return TokenAuthModule.forRoot({ ...options, isFeature: true } as TokenAuthModuleOptions<U>);
  }

  /**
   * The same with options that come from elsewhere, as in {@link TokenAuthModule.forRootAsync}.
   *
   * @throws what {@link TokenAuthModule.forFeature} throws.
   */
  static forFeatureAsync<U extends AnyUser>(options: TokenAuthModuleAsyncOptions<U>): DynamicModule {
    return TokenAuthModule.forRootAsync({ ...options, isFeature: true } as TokenAuthModuleAsyncOptions<U>);
  }

  onModuleInit(): void {
    checkEntities(this.realm, this.database);
    checkTables(this.realm, this.database, this.realms);
  }
}

function assemble(definition: DynamicModule, extras: Extras): DynamicModule {
  const {
    userEntity,
    dataSource,
    path = 'auth',
    endpoints = true,
    isGlobal = true,
    passwordHasher,
    mailer,
    hooks,
  } = extras;
  if (typeof userEntity !== 'function') {
    throw new TypeError(
      'TokenAuthModule needs userEntity: the entity class of your application that extends TokenAuthUser.',
    );
  }
  const realm: RealmDefinition = {
    userEntity,
    dataSource,
    path: endpoints === false ? null : path,
    isDefault: extras.isFeature !== true,
  };
  return {
    ...definition,
    global: isGlobal,
    imports: [
      ...(definition.imports ?? []),
      TypeOrmModule.forFeature(entitiesFor(userEntity), dataSource),
      ...afterRealm(realm),
    ],
    controllers: controllersFor(path, endpoints, userEntity),
    providers: [
      ...(definition.providers ?? []),
      ...providersFor(userEntity, dataSource, mailer),
      { provide: PasswordHasher, useClass: passwordHasher ?? BcryptPasswordHasher },
      { provide: TokenAuthHooks, useClass: hooks ?? NoHooks },
      ...realmProviders(realm),
    ],
    exports: realmExports(realm),
  };
}

function providersFor(
  userEntity: Type<AnyUser>,
  dataSource: string | undefined,
  mailer: Type<TokenAuthMailer> | undefined,
): Provider[] {
  return [
    {
      provide: TOKEN_AUTH_CONFIG,
      inject: [TOKEN_AUTH_OPTIONS],
      useFactory: (options: TokenAuthOptions) => resolveOptions(options, mailer !== undefined),
    },
    { provide: TOKEN_AUTH_CLOCK, useValue: systemClock },
    { provide: USER_ENTITY, useValue: userEntity },
    {
      provide: Database,
      inject: [getDataSourceToken(dataSource), TOKEN_AUTH_CONFIG],
      useFactory: (source: DataSource, { databaseTimeout, preparedStatements }: TokenAuthConfig) =>
        new Database(source, databaseTimeout, preparedStatements),
    },
    ...USER_PROVIDERS,
    ...TOKEN_PROVIDERS,
    ...mailProviders(mailer),
    ...REQUEST_PROVIDERS,
    ...ENDPOINT_PROVIDERS,
    Translator,
    OneTimeTokenStore,
    IdentityStore,
    Identities,
    OAuthProviders,
    ThrottleStore,
    DecoyRows,
    SignInThrottle,
    MailLimit,
    TokenAuthCleanup,
  ];
}
