import type { DataSource, EntityMetadata } from 'typeorm';

/** One thing that a statement may select. */
export interface Selection {
  readonly name: string;
  /** As it stands in the statement. */
  readonly text: string;
}

/** The order of the columns that a SELECT gives, whose rows come as lists. */
export class SelectList {
  private constructor(private readonly indexes: ReadonlyMap<string, number>) {}

  /**
   * Reads it from a statement of a query builder; null where that selects anything but these, or one of them twice, as where
   * two properties share a column.
   */
  static of(sql: string, selections: readonly Selection[]): SelectList | null {
    const indexes = new Map<string, number>();
    for (let at = 'SELECT '.length; ; at += ', '.length) {
      const found = selections.find(({ text }) => sql.startsWith(text, at));
      if (found === undefined || indexes.has(found.name)) return null;
      indexes.set(found.name, indexes.size);
      at += found.text.length;
      if (sql.startsWith(' FROM ', at)) return new SelectList(indexes);
      if (!sql.startsWith(', ', at)) return null;
    }
  }

  /** How many columns a row has. */
  get width(): number {
    return this.indexes.size;
  }

  /** The place of a column, counted from 0; -1 where the statement has no such column. */
  indexOf(name: string): number {
    return this.indexes.get(name) ?? -1;
  }
}

/** What TypeORM selects of an entity, the columns of its child classes included. */
export function selectionsOf({ driver }: DataSource, metadata: EntityMetadata, alias: string): Selection[] {
  const columns = [metadata, ...metadata.childEntityMetadatas].flatMap((each) => each.columns);
  return columns.map(({ databaseName }) => {
    const name = `${alias}_${databaseName}`;
    const column = `${driver.escape(alias)}.${driver.escape(databaseName)}`;
    return { name, text: `${column} AS ${driver.escape(name)}` };
  });
}
