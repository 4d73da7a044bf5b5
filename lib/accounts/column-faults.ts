import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Message } from '../messages/message.js';
import { FAULTS } from './account-errors.js';

/** Types of columns that keep lists and objects as they are. */
const STRUCTURES = new Set<unknown>(['json', 'jsonb', 'simple-json', 'hstore', 'cube', 'geometry', 'geography']);
/** Types of columns whose texts are read as instants. */
const INSTANTS = new Set<unknown>([
  Date,
  'datetime',
  'timestamp',
  'timestamptz',
  'timestamp with time zone',
  'timestamp without time zone',
]);
const BOOLEANS = new Set<unknown>([Boolean, 'boolean', 'bool', 'tinyint', 'bit']);

/**
 * What is wrong with a value that its column cannot keep, or null. Drivers make errors of their own of such values, crash
 * or read SQL from them.
 *
 * @param longest - how many characters the column keeps.
 */
export function columnFault(column: ColumnMetadata, value: unknown, longest: number): Message | null {
  if (value === null) return column.isNullable ? null : FAULTS.blank;
  if (typeof value === 'string' && value.includes('\0')) return FAULTS.invalid;
  // The application says itself what becomes of its values.
  if (column.transformer !== undefined || STRUCTURES.has(column.type)) return null;
  const isList = column.isArray || column.type === 'simple-array';
  const fits = isList ? Array.isArray(value) && value.every(isText) : isScalarFor(column, value);
  if (!fits) return FAULTS.invalid;
  return typeof value === 'string' && Array.from(value).length > longest ? FAULTS.tooLong(longest) : null;
}

function isScalarFor({ type }: ColumnMetadata, value: unknown): boolean {
  if (typeof value === 'boolean') return BOOLEANS.has(type);
  if (typeof value === 'string') return !INSTANTS.has(type) || !Number.isNaN(Date.parse(value));
  // What is no JSON can only be the default of a class.
  return Number.isFinite(value) || typeof value === 'bigint' || value instanceof Date;
}

function isText(value: unknown): boolean {
  return (typeof value === 'string' && !value.includes('\0')) || Number.isFinite(value);
}
