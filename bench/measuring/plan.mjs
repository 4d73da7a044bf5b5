/** What is measured. A cell is one row under one load on one adapter and one database. */

export const ADAPTERS = ['fastify', 'express'];
export const DATABASES = ['sqlite', 'postgres'];

/** The rows in the order of the table; those without loads do the same whatever the load. */
const ROWS = {
  bare: { asksDatabase: false },
  floor: { asksDatabase: true, loads: ['rotating', 'batches', 'bursts', 'off'] },
  'floor-interceptor': { asksDatabase: true, loads: ['rotating', 'batches', 'bursts', 'off'] },
  ours: { asksDatabase: true, loads: ['rotating', 'batches', 'bursts', 'off'] },
  'better-auth': { asksDatabase: true },
  'passport-jwt': { asksDatabase: false },
  'passport-jwt-key': { asksDatabase: false },
  'session-store': { asksDatabase: true },
};
export const ROW_NAMES = Object.keys(ROWS);
export const LOAD_NAMES = ROWS.ours.loads;

/** Whether a row does something else under each load. */
export function hasLoads(row) {
  return ROWS[row].loads !== undefined;
}

/** The cells of the table, row by row. Rows that ask no database are measured once per adapter, with `database` null. */
export function cellsOf({ rows, adapters, databases, loads }) {
  const cells = [];
  for (const adapter of adapters) {
    for (const row of ROW_NAMES.filter((name) => rows.includes(name))) {
      const { asksDatabase, loads: own = ['off'] } = ROWS[row];
      for (const database of asksDatabase ? databases : [null]) {
        for (const load of own.filter((name) => own.length === 1 || loads.includes(name))) {
          cells.push({ row, adapter, database, load });
        }
      }
    }
  }
  return cells;
}

/** Cells that are compared, which are measured in turns: those of one load, and with the first one the rows without loads. */
export function groupsOf(cells) {
  const [database] = DATABASES.filter((each) => cells.some((cell) => cell.database === each));
  const [load] = LOAD_NAMES.filter((each) => cells.some((cell) => hasLoads(cell.row) && cell.load === each));
  const groups = new Map();
  for (const cell of cells) {
    const name = nameOf({
      row: 'group',
      adapter: cell.adapter,
      database: cell.database ?? database,
      load: hasLoads(cell.row) ? cell.load : load,
    });
    groups.set(name, [...(groups.get(name) ?? []), cell]);
  }
  return [...groups.values()];
}

/** A cell's name, by which its results are kept. */
export function nameOf({ row, adapter, database, load }) {
  return [row, adapter, database ?? 'none', load].join(' ');
}
