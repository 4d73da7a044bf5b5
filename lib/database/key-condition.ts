import { Brackets, type DataSource } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

/** A column, and the column of the entity that its value is taken from: another one for a foreign key. */
export interface KeyColumn {
  readonly column: ColumnMetadata;
  readonly source: ColumnMetadata;
}

/**
 * "These columns have the values of that entity", for keys of any number and type of columns.
 *
 * @throws TypeError when the entity has no key: a condition without a value would match every row; and for an entity of
 * another table, whose key would be taken for one of this.
 */
export function keyCondition(
  dataSource: DataSource,
  entity: object,
  key: readonly KeyColumn[],
  alias?: string,
): Brackets {
  const { driver } = dataSource;
  const prefix = alias === undefined ? '' : `${driver.escape(alias)}.`;
  return new Brackets((where) => {
    for (const [index, { column, source }] of key.entries()) {
      requireKind(dataSource, source.entityMetadata.target, entity);
      const value: unknown = source.getEntityValue(entity);
      if (value === undefined || value === null) throw new TypeError('The user has no primary key: has it been saved?');
      where.andWhere(`${prefix}${driver.escape(column.databaseName)} = :key_${index}`, {
        [`key_${index}`]: driver.preparePersistentValue(value, source),
      });
    }
  });
}

/** "The row belongs to this user", by the foreign key of its relation `user`. */
export function ownerCondition(dataSource: DataSource, entity: Function, user: object, alias?: string): Brackets {
  const relation = dataSource.getMetadata(entity).findRelationWithPropertyPath('user');
  const key = (relation?.joinColumns ?? []).map((column) => ({ column, source: column.referencedColumn ?? column }));
  return keyCondition(dataSource, user, key, alias);
}

/**
 * Refuses an entity that is kept in another table: of two kinds of users, one may have the key of the other.
 *
 * @throws TypeError
 */
export function requireKind(dataSource: DataSource, kind: Function | string, entity: object): void {
  const { name, tablePath } = dataSource.getMetadata(kind);
  const { constructor } = entity;
  if (!dataSource.hasMetadata(constructor) || dataSource.getMetadata(constructor).tablePath === tablePath) return;
  throw new TypeError(
    `A ${constructor.name} is not a ${name}. The services for it are injected by ` +
      `getTokenAuthToken(TokenService, ${constructor.name}) and the like.`,
  );
}
