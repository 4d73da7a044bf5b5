import { DataSource, type DataSourceOptions } from 'typeorm';
import { SettingsError } from './settings/settings-error.js';

/** Connects, or says which variable to look at. The URL itself stays out of the message: it may hold a password. */
export async function connect(options?: DataSourceOptions): Promise<DataSource> {
  try {
    return await new DataSource(options as DataSourceOptions).initialize();
  } catch (error) {
    const { message, code } = error as { message?: string; code?: string };
    throw new SettingsError([`DATABASE_URL names a database that cannot be used: ${message || code || String(error)}`]);
  }
}
