import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';

/** A value as the column of a property keeps it, transformers included: for conditions written as text. */
export function storedValue(
  dataSource: DataSource,
  entity: EntityTarget<ObjectLiteral>,
  property: string,
  value: unknown,
): unknown {
  const column = dataSource.getMetadata(entity).findColumnWithPropertyName(property);
  return column === undefined ? value : dataSource.driver.preparePersistentValue(value, column);
}
