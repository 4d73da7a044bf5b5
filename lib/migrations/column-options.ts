import type { DataSource, TableColumnOptions } from 'typeorm';
import type { ColumnDefinition } from './definitions.js';

type Driver = DataSource['driver'];

/** A column as this database has it: what TypeORM would make of the same column of an entity. */
export function columnOptions(driver: Driver, name: string, definition: ColumnDefinition): TableColumnOptions {
  const { type, length, isPrimary = false, isNullable = false, default: byDefault } = definition;
  if (type === 'createdAt' || type === 'updatedAt') return { name, ...timestampOptions(driver, type) };
  return {
    name,
    type: driver.normalizeType({ type }),
    ...(length === undefined ? {} : { length: String(length) }),
    isPrimary,
    isNullable,
    ...(byDefault === undefined ? {} : { default: byDefault }),
  };
}

function timestampOptions(driver: Driver, type: 'createdAt' | 'updatedAt'): Omit<TableColumnOptions, 'name'> {
  const { mappedDataTypes: types } = driver;
  const isUpdate = type === 'updatedAt';
  const precision = isUpdate ? types.updateDatePrecision : types.createDatePrecision;
  return {
    type: driver.normalizeType({ type: isUpdate ? types.updateDate : types.createDate }),
    default: isUpdate ? types.updateDateDefault : types.createDateDefault,
    ...(precision === undefined ? {} : { precision }),
    ...(isUpdate ? { onUpdate: types.updateDateDefault } : {}),
  };
}
