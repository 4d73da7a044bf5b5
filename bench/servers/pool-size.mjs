/** Connections that every row's pool may open to PostgreSQL: pg's own default, said so that all have the same. */
export const POOL_SIZE = 10;
