import type { Type } from '@nestjs/common';
import {
  Table,
  TableColumn,
  type DataSource,
  type EntityMetadata,
  type TableColumnOptions,
  type TableForeignKeyOptions,
  type TableIndexOptions,
} from 'typeorm';
import { TokenAuthUser, type AnyUser } from '../users/token-auth-user.entity.js';
import { columnOptions } from './column-options.js';
import type { ColumnDefinition, SchemaVersion, TableDefinition } from './definitions.js';

/** A column of the user table, and what it is filled from. */
export interface UserColumn {
  readonly column: TableColumn;
  readonly filledFrom: string | undefined;
}

/**
 * Makes tables of definitions. What belongs to the application is read from its data source: the user table, its key, the
 * columns that it has overridden, and how things are named.
 */
export class TableDesign {
  private readonly metadata: EntityMetadata;
  private readonly entityTable: Table;

  constructor(
    private readonly dataSource: DataSource,
    private readonly userEntity: Type<AnyUser>,
  ) {
    if (!dataSource.hasMetadata(userEntity)) {
      const { name } = userEntity;
      throw new Error(
        `tokenAuthMigrations(${name}) needs a data source that knows ${name}: entities: [...entitiesFor(${name}), …].`,
      );
    }
    const metadata = dataSource.getMetadata(userEntity);
    this.metadata = metadata.tableType === 'entity-child' ? metadata.parentEntityMetadata : metadata;
    this.entityTable = Table.create(this.metadata, dataSource.driver);
  }

  /** The user table's name with its schema, for query runners. */
  get userPath(): string {
    return this.metadata.tablePath;
  }

  /** The key of the user and the columns of this version, and nothing else: the others are the application's to make. */
  userTable(version: SchemaVersion): Table {
    const { name, schema, database, engine, comment, withoutRowid } = this.entityTable;
    const key = this.entityTable.columns.filter(({ isPrimary }) => isPrimary);
    const others = this.userColumns(version)
      .map(({ column }) => column)
      .filter((column) => !key.some((part) => part.name === column.name));
    const table = new Table({ name, columns: [...key, ...others], indices: this.userIndices(version) });
    return Object.assign(table, { schema, database, engine, comment, withoutRowid });
  }

  /** The columns of this version in the user table, or what the application has put in their place. */
  userColumns({ userColumns }: SchemaVersion): UserColumn[] {
    return Object.entries(userColumns).map(([property, definition]) => ({
      column: this.userColumn(property, definition),
      filledFrom: definition.filledFrom,
    }));
  }

  private userColumn(property: string, definition: ColumnDefinition): TableColumn {
    const own = this.metadata.findColumnWithPropertyName(property);
    const overriding =
      own === undefined || own.target === TokenAuthUser
        ? undefined
        : this.entityTable.findColumnByName(own.databaseName);
    return overriding ?? new TableColumn(this.column(property, definition));
  }

  /** The name of a property's column in the user table. */
  userColumnName(property: string): string {
    return this.metadata.findColumnWithPropertyName(property)?.databaseName ?? this.columnName(property);
  }

  /** The names of the columns that are the user's primary key. */
  get userKey(): string[] {
    return this.metadata.primaryColumns.map(({ databaseName }) => databaseName);
  }

  userIndices({ userIndices }: SchemaVersion): TableIndexOptions[] {
    const { tableName } = this.metadata;
    return userIndices.map(({ property, isUnique = false }) =>
      this.index(tableName, [this.userColumnName(property)], isUnique),
    );
  }

  /** A table of this module for the user entity. */
  table({ suffix, columns, isOwned, indices }: TableDefinition): Table {
    const name = this.tableName(suffix);
    const keys = isOwned ? this.foreignKeyColumns() : [];
    const columnsOf = (property: string) =>
      property === 'user' ? keys.map((column) => column.name) : [this.columnName(property)];
    const table = new Table({
      name,
      columns: [...Object.entries(columns).map(([property, column]) => this.column(property, column)), ...keys],
      indices: indices.map(({ property, isUnique = false }) => this.index(name, columnsOf(property), isUnique)),
      foreignKeys: isOwned ? [this.foreignKey(name, columnsOf('user'))] : [],
    });
    return Object.assign(table, { schema: this.schema });
  }

  /** A table's name with its schema, for query runners. */
  path(suffix: string): string {
    return this.dataSource.driver.buildTableName(this.tableName(suffix), this.schema);
  }

  /** The schema of the module's tables, where the data source names one. */
  get schema(): string | undefined {
    return (this.dataSource.options as { schema?: string }).schema;
  }

  tableName(suffix: string): string {
    const { namingStrategy, options } = this.dataSource;
    const name = namingStrategy.tableName(`${this.userEntity.name}${suffix}`, undefined);
    return options.entityPrefix ? namingStrategy.prefixTableName(options.entityPrefix, name) : name;
  }

  private columnName(property: string): string {
    return this.dataSource.namingStrategy.columnName(property, undefined, []);
  }

  private column(property: string, definition: ColumnDefinition): TableColumnOptions {
    return columnOptions(this.dataSource.driver, this.columnName(property), definition);
  }

  private index(table: string, columnNames: string[], isUnique: boolean): TableIndexOptions {
    return { name: this.dataSource.namingStrategy.indexName(table, columnNames), columnNames, isUnique };
  }

  /** Columns of the types that the user's key has. */
  private foreignKeyColumns(): TableColumnOptions[] {
    const { namingStrategy } = this.dataSource;
    return this.metadata.primaryColumns.flatMap(({ propertyName, databaseName }) => {
      const key = this.entityTable.findColumnByName(databaseName);
      if (key === undefined) return [];
      const { type, length, charset, collation, precision, scale, unsigned, enum: values, enumName, comment } = key;
      const options = { type, length, charset, collation, precision, scale, unsigned, enum: values, enumName, comment };
      const given = Object.entries(options).filter(([, value]) => value !== undefined);
      return { name: namingStrategy.joinColumnName('user', propertyName), type, ...Object.fromEntries(given) };
    });
  }

  private foreignKey(table: string, columnNames: string[]): TableForeignKeyOptions {
    const { tableName, tablePath, schema, database } = this.metadata;
    const referencedColumnNames = this.userKey;
    const { namingStrategy } = this.dataSource;
    return {
      name: namingStrategy.foreignKeyName(table, columnNames, tableName, referencedColumnNames),
      columnNames,
      referencedColumnNames,
      referencedTableName: tablePath,
      ...(schema === undefined ? {} : { referencedSchema: schema }),
      ...(database === undefined ? {} : { referencedDatabase: database }),
      onDelete: 'CASCADE',
      onUpdate: 'NO ACTION',
    };
  }
}
