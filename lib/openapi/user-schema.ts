import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { columnKey, shownColumns } from '../users/user-serializer.js';
import type { UserTable } from '../users/user-table.js';
import { nullable, TEXT, type Schema, type SchemaObject } from './document.js';

const INTEGERS = new Set(['int', 'integer', 'int2', 'int4', 'smallint', 'mediumint', 'tinyint', 'year', 'serial']);
/** Drivers give them as text where JavaScript's numbers could not hold them. */
const LONG_INTEGERS = new Set(['bigint', 'int8', 'bigserial']);
const DECIMALS = new Set(['decimal', 'numeric', 'dec', 'fixed']);
const FLOATS = new Set(['float', 'double', 'double precision', 'real', 'float4', 'float8']);
const TEXTS = /char|text|string|citext|^time$|^time /;
const INSTANTS = /^(datetime|timestamp)/;

const INSTANT: SchemaObject = { type: 'string', format: 'date-time' };

/** What a user looks like in answers: every column that they show. */
export function userProperties(table: UserTable): Record<string, Schema> {
  return Object.fromEntries(
    shownColumns(table.metadata).map((column) => {
      const schema = typeOf(table, column);
      return [columnKey(column), column.isNullable ? nullable(schema) : schema];
    }),
  );
}

/** What may be stored in a column. */
export function columnSchema(table: UserTable, column: ColumnMetadata): SchemaObject {
  const schema = typeOf(table, column);
  const maxLength = table.longest(column);
  const isText = schema.type === 'string' && schema.enum === undefined && schema.format === undefined;
  return isText && maxLength < Infinity ? { ...schema, maxLength } : schema;
}

/** The values of a column as JSON has them; anything where its type does not tell. */
function typeOf(table: UserTable, column: ColumnMetadata): SchemaObject {
  const schema = column.transformer === undefined ? byColumnType(table, column) : byPropertyType(column);
  return column.isArray ? { type: 'array', items: schema } : schema;
}

function byColumnType({ database }: UserTable, column: ColumnMetadata): SchemaObject {
  if (column.type === Boolean || column.type === 'boolean' || column.type === 'bool') return { type: 'boolean' };
  if (column.isGenerated && column.generationStrategy === 'uuid') return { type: 'string', format: 'uuid' };
  if (column.type === 'simple-array') return { type: 'array', items: TEXT };
  if (column.type === 'simple-json') return {};
  const type = database.dataSource.driver.normalizeType(column).toLowerCase();
  if (column.enum !== undefined && column.enum.length > 0) {
    const schema = { type: typeof column.enum[0] === 'number' ? 'integer' : 'string', enum: column.enum };
    return type === 'set' ? { type: 'array', items: schema } : schema;
  }
  if (type === 'date') return { type: 'string', format: 'date' };
  if (type === 'uuid') return { type: 'string', format: 'uuid' };
  if (INSTANTS.test(type)) return INSTANT;
  if (INTEGERS.has(type)) return { type: 'integer' };
  if (LONG_INTEGERS.has(type)) return { anyOf: [{ type: 'integer' }, TEXT] };
  if (DECIMALS.has(type)) return { anyOf: [{ type: 'number' }, TEXT] };
  if (FLOATS.has(type)) return { type: 'number' };
  return TEXTS.test(type) ? TEXT : {};
}

/** What a transformer makes of a column only the property can tell. */
function byPropertyType({ target, propertyName }: ColumnMetadata): SchemaObject {
  const prototype = typeof target === 'function' ? (target.prototype as object) : {};
  switch (Reflect.getMetadata('design:type', prototype, propertyName) as unknown) {
    case String:
      return TEXT;
    case Number:
      return { type: 'number' };
    case Boolean:
      return { type: 'boolean' };
    case Date:
      return INSTANT;
    default:
      return {};
  }
}
