import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { EntityListenerMetadata } from 'typeorm/metadata/EntityListenerMetadata.js';
import { RowHydrator } from '../database/row-hydrator.js';
import type { RawRow } from '../database/statement-runner.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { AuthToken } from './auth-token.entity.js';

/** Stands for the client while the statement is made. */
const CLIENT = '\0client';

/** The SELECT of an arriving request, made once, and what it loads. */
export class ArrivalStatement<U extends AnyUser> {
  private constructor(
    readonly sql: string,
    private readonly values: readonly unknown[],
    private readonly token: RowHydrator,
    private readonly user: RowHydrator,
    private readonly listeners: readonly EntityListenerMetadata[],
  ) {}

  /**
   * Makes it of a query for the client {@link CLIENT}, in which the row is `token` and its user is `user`; null where only
   * TypeORM can load the user, as with eager relations.
   */
  static of<U extends AnyUser>(
    dataSource: DataSource,
    query: (client: string) => SelectQueryBuilder<AuthToken<U>>,
    entity: Function,
    userEntity: Function,
  ): ArrivalStatement<U> | null {
    const [metadata, userMetadata] = [dataSource.getMetadata(entity), dataSource.getMetadata(userEntity)];
    if (!RowHydrator.canHydrate(userMetadata)) return null;
    const [sql, values] = query(CLIENT).getQueryAndParameters() as [string, unknown[]];
    const token = new RowHydrator(dataSource, metadata, 'token', sql);
    const user = new RowHydrator(dataSource, userMetadata, 'user', sql);
    if (!token.fits(sql) || !user.fits(sql)) return null;
    return new ArrivalStatement(sql, values, token, user, userMetadata.afterLoadListeners);
  }

  parameters(client: string): unknown[] {
    return this.values.map((value) => (value === CLIENT ? client : value));
  }

  hydrate(raw: RawRow): AuthToken<U> {
    const row = this.token.hydrate<AuthToken<U>>(raw);
    row.user = this.user.hydrate<U>(raw);
    return row;
  }

  /** Whether the user entity has methods with `@AfterLoad()`. */
  get listens(): boolean {
    return this.listeners.length > 0;
  }

  async afterLoad({ user }: AuthToken<U>): Promise<void> {
    const allowed = this.listeners.filter((listener) => listener.isAllowed(user));
    await Promise.all(allowed.map((listener) => listener.execute(user) as unknown));
  }
}
