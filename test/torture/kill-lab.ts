import type { TokenAuthOptions } from 'nestjs-token-auth';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createDatabase, type DatabaseKind, type TestDatabase } from '../support/databases.js';
import { Victims } from './victims.js';

/** A database with the processes that serve it, and a look into it. */
export class KillLab<App extends string> {
  private constructor(
    private readonly database: TestDatabase,
    readonly dataSource: DataSource,
    readonly victims: Victims<App>,
  ) {}

  static async open<App extends string>(
    kind: DatabaseKind,
    entities: Function[],
    apps: Record<App, TokenAuthOptions<any>>,
  ): Promise<KillLab<App>> {
    const database = await createDatabase(kind);
    const source = { ...database.options, entities, synchronize: true } as DataSourceOptions;
    const dataSource = await new DataSource(source).initialize();
    return new KillLab(database, dataSource, await Victims.start(database.options, apps));
  }

  get kind(): DatabaseKind {
    return this.database.kind;
  }

  async close(): Promise<void> {
    await this.victims.close();
    await this.dataSource.destroy();
    await this.database.drop();
  }
}
