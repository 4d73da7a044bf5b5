import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { escapedPath } from './escaped-path.js';

/** A statement with its values. */
export interface Update {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** An operator, and the value that a column is compared with. */
export type Condition = readonly [property: string, operator: '=' | '<=', value: unknown];

/** `UPDATE` statements on the table of an entity: each text is made once. */
export class UpdateTexts {
  private readonly texts = new Map<string, { readonly sql: string; readonly columns: readonly ColumnMetadata[] }>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly metadata: EntityMetadata,
  ) {}

  /** `UPDATE … SET values WHERE conditions`, by names of properties. */
  update(values: object, conditions: readonly Condition[]): Update {
    const properties = Object.keys(values);
    const key = `${properties.join()} ${conditions.map(([property, operator]) => property + operator).join()}`;
    let text = this.texts.get(key);
    if (text === undefined) this.texts.set(key, (text = this.make(properties, conditions)));
    const { driver } = this.dataSource;
    const given: unknown[] = [...Object.values(values), ...conditions.map(([, , value]) => value)];
    return {
      sql: text.sql,
      parameters: text.columns.map((column, index) => driver.preparePersistentValue(given[index], column) as unknown),
    };
  }

  private make(properties: readonly string[], conditions: readonly Condition[]) {
    const { driver } = this.dataSource;
    const columns: ColumnMetadata[] = [];
    const term = (property: string, operator: string) => {
      const column = this.metadata.findColumnWithPropertyName(property) as ColumnMetadata;
      columns.push(column);
      return `${driver.escape(column.databaseName)} ${operator} ${driver.createParameter(property, columns.length - 1)}`;
    };
    const set = properties.map((property) => term(property, '=')).join(', ');
    const where = conditions.map(([property, operator]) => term(property, operator)).join(' AND ');
    return { sql: `UPDATE ${escapedPath(driver, this.metadata.tablePath)} SET ${set} WHERE ${where}`, columns };
  }
}
