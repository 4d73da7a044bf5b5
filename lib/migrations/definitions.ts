/** A column as a migration writes it down, whatever the database. */
export interface ColumnDefinition {
  /** `createdAt` and `updatedAt` are what the database sets by itself. */
  readonly type: 'varchar' | 'int' | 'bigint' | 'createdAt' | 'updatedAt';
  /** In characters. */
  readonly length?: number;
  readonly isPrimary?: true;
  readonly isNullable?: true;
  /** As SQL. */
  readonly default?: string;
  /** The property whose value rows get that exist already; their primary key where it is empty. */
  readonly filledFrom?: string;
}

/** Columns by the names of their properties. */
export type ColumnDefinitions = Readonly<Record<string, ColumnDefinition>>;

export interface IndexDefinition {
  /** `user` is the key of the user that the row belongs to. */
  readonly property: string;
  readonly isUnique?: true;
}

/** A table beside the user table. */
export interface TableDefinition {
  /** The name of its entity after that of the user entity. */
  readonly suffix: string;
  readonly columns: ColumnDefinitions;
  /** Whether its rows belong to a user, and go with it. */
  readonly isOwned: boolean;
  readonly indices: readonly IndexDefinition[];
}

/** What one migration makes. */
export interface SchemaVersion {
  /** In ms since 1970; the order among the application's own migrations. */
  readonly timestamp: number;
  readonly tables: readonly TableDefinition[];
  readonly userColumns: ColumnDefinitions;
  readonly userIndices: readonly IndexDefinition[];
}
