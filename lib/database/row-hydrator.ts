import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { isUnconverted } from './columns.js';
import type { SelectList } from './select-list.js';
import type { RawRow } from './statement-runner.js';

/** Sets one column of an entity. */
type Setter = (entity: Record<string, unknown>, raw: RawRow) => void;

/**
 * Makes an entity of a row, as TypeORM does for the rows of a query: transformers, embedded columns, the child class that the
 * row says. Relations are not among what it fills in.
 */
export class RowHydrator {
  private readonly setters = new Map<EntityMetadata, readonly Setter[]>();
  private readonly children = new Map<unknown, EntityMetadata>();
  private readonly discriminator: number;

  /** @param alias - what the statement calls the table. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly metadata: EntityMetadata,
    private readonly alias: string,
    private readonly list: SelectList,
  ) {
    const { discriminatorColumn, childEntityMetadatas } = metadata;
    this.discriminator = discriminatorColumn === undefined ? -1 : this.indexOf(discriminatorColumn);
    for (const each of [metadata, ...childEntityMetadatas]) this.setters.set(each, this.settersFor(each));
    for (const child of childEntityMetadatas) this.children.set(child.discriminatorValue, child);
  }

  /** Whether it can give all that TypeORM would. */
  static canHydrate(metadata: EntityMetadata): boolean {
    return [metadata, ...metadata.childEntityMetadatas].every((each) => {
      // What counts relations is gone in TypeORM 1.
      const { relationCounts = [] } = each as { relationCounts?: readonly unknown[] };
      return each.eagerRelations.length + each.relationIds.length + relationCounts.length === 0;
    });
  }

  hydrate<E extends object>(raw: RawRow): E {
    const kind = (this.discriminator >= 0 && this.children.get(raw[this.discriminator])) || this.metadata;
    const entity = kind.create(undefined, { fromDeserializer: true }) as Record<string, unknown>;
    for (const set of this.setters.get(kind) ?? []) set(entity, raw);
    return entity as E;
  }

  /** The columns of a class that the statement selects; those of its children are not its own. */
  private settersFor(metadata: EntityMetadata): Setter[] {
    const children = new Set(metadata.childEntityMetadatas.map(({ target }) => target));
    return metadata.columns
      .filter((column) => !column.isVirtual && !children.has(column.target) && this.indexOf(column) >= 0)
      .map((column) => this.setterOf(column));
  }

  private setterOf(column: ColumnMetadata): Setter {
    const { propertyName, transformer, embeddedMetadata } = column;
    const index = this.indexOf(column);
    if (!isUnconverted(column) || Array.isArray(transformer) || embeddedMetadata !== undefined) {
      const { driver } = this.dataSource;
      return (entity, raw) => column.setEntityValue(entity, driver.prepareHydratedValue(raw[index], column));
    }
    if (transformer === undefined) return (entity, raw) => (entity[propertyName] = raw[index]);
    return (entity, raw) => (entity[propertyName] = transformer.from(raw[index]) as unknown);
  }

  private indexOf({ databaseName }: ColumnMetadata): number {
    return this.list.indexOf(`${this.alias}_${databaseName}`);
  }
}
