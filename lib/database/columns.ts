import type { ColumnOptions } from 'typeorm';

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
