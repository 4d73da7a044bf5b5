import type { DataSource, SelectQueryBuilder } from 'typeorm';
import type { EntityListenerMetadata } from 'typeorm/metadata/EntityListenerMetadata.js';
import { RowHydrator } from '../database/row-hydrator.js';
import { SelectList, selectionsOf } from '../database/select-list.js';
import type { RawRow } from '../database/statement-runner.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { AuthToken } from './auth-token.entity.js';

/** Stands for the client while the statement is made. */
const CLIENT = '\0client';

/** The column that holds the database's time. */
export const DATABASE_NOW = 'db_now';

/** The SELECT of an arriving request, made once, and what it loads. */
export class ArrivalStatement<U extends AnyUser> {
  private constructor(
    readonly sql: string,
    private readonly values: readonly unknown[],
    private readonly token: RowHydrator,
    private readonly user: RowHydrator,
    private readonly list: SelectList,
    private readonly listeners: readonly EntityListenerMetadata[],
  ) {}

  /**
   * Makes it of a query for the client {@link CLIENT}, in which the row is `token` and its user is `user`; null where only
   * TypeORM can load the user, as with eager relations.
   *
   * @param time - what the query selects besides, as {@link DATABASE_NOW}.
   */
  static of<U extends AnyUser>(
    dataSource: DataSource,
    query: (client: string) => SelectQueryBuilder<AuthToken<U>>,
    entity: Function,
    userEntity: Function,
    time: string | null,
  ): ArrivalStatement<U> | null {
    const [metadata, userMetadata] = [dataSource.getMetadata(entity), dataSource.getMetadata(userEntity)];
    if (!RowHydrator.canHydrate(userMetadata)) return null;
    const [sql, values] = query(CLIENT).getQueryAndParameters() as [string, unknown[]];
    const list = SelectList.of(sql, [
      ...selectionsOf(dataSource, metadata, 'token'),
      ...selectionsOf(dataSource, userMetadata, 'user'),
      ...(time === null ? [] : [{ name: DATABASE_NOW, text: `${time} AS ${dataSource.driver.escape(DATABASE_NOW)}` }]),
    ]);
    if (list === null) return null;
    const token = new RowHydrator(dataSource, metadata, 'token', list);
    const user = new RowHydrator(dataSource, userMetadata, 'user', list);
    return new ArrivalStatement(sql, values, token, user, list, userMetadata.afterLoadListeners);
  }

  parameters(client: string): unknown[] {
    return this.values.map((value) => (value === CLIENT ? client : value));
  }

  /** @throws Error for a row of other columns than the statement selects: no value may be taken for that of another. */
  hydrate(raw: RawRow): AuthToken<U> {
    if (raw.length !== this.list.width)
      throw new Error('The database has answered with other columns than it was asked for.');
    const row = this.token.hydrate<AuthToken<U>>(raw);
    row.user = this.user.hydrate<U>(raw);
    return row;
  }

  /** The database's time, in ms since 1970, if it was selected. */
  timeOf(raw: RawRow): unknown {
    return raw[this.list.indexOf(DATABASE_NOW)];
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
