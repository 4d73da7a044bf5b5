import type { Type } from '@nestjs/common';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { Database } from '../database/database.js';

/** SQL over columns, which are named by their properties; it comes out alike with and without an alias. */
export interface Condition {
  readonly sql: (column: (property: string) => string) => string;
  readonly parameters: ObjectLiteral;
}

/** Part of a table in the order of its key: after one key up to another, null for the table's ends. */
export interface KeyRange {
  readonly after: string | null;
  readonly upTo: string | null;
}

/**
 * Removes rows of one table part by part. Each statement is found through the primary key and is short: what is to go is
 * read without locks, and the DELETE that names it repeats the condition, so that a row which has changed meanwhile stays.
 */
export class RowSweep {
  constructor(
    private readonly database: Database,
    private readonly entity: Type<object>,
    private readonly key: string,
  ) {}

  /** The parts of the table, of so many rows each as they are when it is their turn. */
  async *parts(size: number): AsyncGenerator<KeyRange> {
    let after: string | null = null;
    do {
      const upTo: string | null = await this.keyAfter(after, size);
      yield { after, upTo };
      after = upTo;
    } while (after !== null);
  }

  private async keyAfter(after: string | null, size: number): Promise<string | null> {
    const rows = await this.database.read((runner) =>
      this.within(this.database.dataSource.createQueryBuilder(this.entity, 'row', runner), { after, upTo: null })
        .select(`row.${this.key}`, 'key')
        .orderBy(`row.${this.key}`, 'ASC')
        .offset(size - 1)
        .limit(1)
        .getRawMany<{ key: string }>(),
    );
    return rows[0]?.key ?? null;
  }

  /** Removes the rows of a part that meet the condition, and tells how many. */
  async remove(range: KeyRange, condition: Condition): Promise<number> {
    const rows = await this.find<{ key: string }>(range, (query) =>
      query.andWhere(`(${condition.sql(aliased)})`, condition.parameters),
    );
    return await this.delete(
      rows.map(({ key }) => key),
      condition,
    );
  }

  /** The keys of a part's rows that meet what is added to the query, and what else it selects. */
  async find<R extends { key: string }>(
    range: KeyRange,
    narrow: (query: SelectQueryBuilder<ObjectLiteral>) => SelectQueryBuilder<ObjectLiteral>,
  ): Promise<R[]> {
    const read = () =>
      this.database.read((runner) =>
        narrow(
          this.within(this.database.dataSource.createQueryBuilder(this.entity, 'row', runner), range).select(
            `row.${this.key}`,
            'key',
          ),
        ).getRawMany<R>(),
      );
    await this.database.untilNoTransaction();
    let rows = await read();
    // SQLite shows its only connection what may yet be rolled back.
    while (await this.database.untilNoTransaction()) rows = await read();
    return rows;
  }

  /** Removes the rows with these keys that meet the condition still, and tells how many. */
  async delete(keys: readonly string[], condition: Condition): Promise<number> {
    if (keys.length === 0) return 0;
    const deletion = this.database.dataSource
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where(`${this.key} IN (:...keys)`, { keys })
      .andWhere(`(${condition.sql((property) => property)})`, condition.parameters);
    return await this.database.write(deletion);
  }

  private within(
    query: SelectQueryBuilder<ObjectLiteral>,
    { after, upTo }: KeyRange,
  ): SelectQueryBuilder<ObjectLiteral> {
    if (after !== null) query.andWhere(`row.${this.key} > :after`, { after });
    if (upTo !== null) query.andWhere(`row.${this.key} <= :upTo`, { upTo });
    return query;
  }
}

function aliased(property: string): string {
  return `row.${property}`;
}
