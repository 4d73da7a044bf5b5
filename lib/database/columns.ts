import type { ColumnOptions } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

/** Milliseconds since 1970 (or whole seconds) as an integer: the same on every driver and in every time zone. */
export const integerColumn: ColumnOptions = {
  type: 'bigint',
  transformer: {
    to: (value: number | null) => value,
    // pg and mysql2 hand bigint columns over as text.
    from: (value: string | number | null) => (value === null ? null : Number(value)),
  },
};

/** The same as a `Date`. */
export const instantColumn: ColumnOptions = {
  type: 'bigint',
  transformer: {
    to: (value: Date | null | undefined) => (value instanceof Date ? value.getTime() : value),
    from: (value: string | number | null) => (value === null ? null : new Date(Number(value))),
  },
};

/** SHA-256 in lower-case hex, which every collation compares alike. */
export const digestColumn = { type: 'varchar', length: 64 } as const satisfies ColumnOptions;

/** Types whose values TypeORM hands over as they are, from every driver and to it. */
const UNCONVERTED = new Set<unknown>(['varchar', 'text', 'int', 'integer', 'bigint']);

/** Whether TypeORM's drivers would not touch the values of this column, but for its transformer. */
export function isUnconverted({ type }: ColumnMetadata): boolean {
  return UNCONVERTED.has(type);
}

/** Whether values go into this column as they are. */
export function isStoredAsItIs(column: ColumnMetadata): boolean {
  const { transformer } = column;
  return isUnconverted(column) && (transformer === undefined || transformer === integerColumn.transformer);
}
