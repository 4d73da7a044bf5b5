import { DataSource, type DataSourceOptions } from 'typeorm';
import { SettingsError } from './settings/settings-error.js';

/** The one connection of all applications that this process builds, each in the place of the one before it. */
export class Database {
  private kept: { readonly source: DataSource; readonly destroy: () => Promise<void> } | undefined;

  /** Connects, or says which variable to look at. The URL itself stays out of the message: it may hold a password. */
  readonly connect = async (options?: DataSourceOptions): Promise<DataSource> => {
    if (this.kept !== undefined) return this.kept.source;
    try {
      const source = await new DataSource(options as DataSourceOptions).initialize();
      this.kept = { source, destroy: source.destroy.bind(source) };
      // Nest calls it when an application closes; the next one goes on with the same connection.
      source.destroy = async () => undefined;
      return source;
    } catch (error) {
      const { message, code } = error as { message?: string; code?: string };
      const reason = message || code || String(error);
      throw new SettingsError([`DATABASE_URL names a database that cannot be used: ${reason}`]);
    }
  };

  async close(): Promise<void> {
    await this.kept?.destroy();
  }
}
