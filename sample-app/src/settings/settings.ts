import type { DataSourceOptions } from 'typeorm';
import { databaseAt } from './database-url.js';
import { Environment } from './environment.js';
import { hostName, oneOf, text, wholeNumber } from './readers.js';
import { SettingsError } from './settings-error.js';
import { readTokenAuthSettings, type TokenAuthSettings } from './token-auth-settings.js';

export interface Settings {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly adapter: 'express' | 'fastify';
  readonly isProduction: boolean;
  /** Whether an OpenID provider is started that signs in without a human. */
  readonly demoOidc: boolean;
  readonly database: DataSourceOptions;
  readonly auth: TokenAuthSettings;
}

/** @throws SettingsError naming every variable that cannot be used. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  const environment = new Environment(variables);
  const isProduction = environment.read('NODE_ENV', text) === 'production';
  const settings: Settings = {
    host: environment.read('HOST', hostName) ?? '127.0.0.1',
    port: environment.read('PORT', wholeNumber(0, 65_535)) ?? 3000,
    adapter: environment.read('HTTP_ADAPTER', oneOf('express', 'fastify')) ?? 'express',
    isProduction,
    demoOidc: (environment.read('DEMO_OIDC', oneOf('0', '1')) ?? (isProduction ? '0' : '1')) === '1',
    database: environment.read('DATABASE_URL', databaseAt) ?? databaseAt('sqlite:sample-app.sqlite'),
    auth: readTokenAuthSettings(environment),
  };
  if (settings.demoOidc && isProduction) {
    environment.faults.push('DEMO_OIDC lets everybody in without asking, which is not for production');
  }
  if (environment.faults.length > 0) throw new SettingsError(environment.faults);
  return settings;
}
