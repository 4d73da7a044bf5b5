import { cellsOf, LOAD_NAMES, ROW_NAMES } from './plan.mjs';
import { table } from './table.mjs';
import { targetsOf } from './targets.mjs';

const TITLES = {
  bare: 'bare handler',
  floor: 'the floor',
  ours: 'nestjs-token-auth',
  'better-auth': 'better-auth',
  'passport-jwt': 'passport with JWT',
  'session-store': 'session store',
};
const LOADS = {
  rotating: 'rotating at every request',
  batches: 'batches of eight',
  bursts: 'eight at once',
  off: 'rotation off',
};
const NAMES = { fastify: 'Fastify', express: 'Express', sqlite: 'SQLite', postgres: 'PostgreSQL' };

/** One table per adapter and database, and the promises beneath it. */
export function report(results, { adapters, databases }) {
  return adapters
    .flatMap((adapter) => databases.map((database) => section(results, { adapter, database })))
    .join('\n\n');
}

function section(results, { adapter, database }) {
  const cells = cellsOf({ rows: ROW_NAMES, adapters: [adapter], databases: [database], loads: LOAD_NAMES });
  const targets = targetsOf(results, { adapter, database });
  const parts = [
    `${NAMES[adapter]}, ${NAMES[database]}`,
    table(
      ['', 'load', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', 'CPU of the floor', 'requests of ours'],
      cells.filter((cell) => results.has(cell)).map((cell) => rowOf(results, cell, { adapter, database })),
    ),
  ];
  if (targets.length > 0) parts.push(table(['promised', 'is', 'measured', ''], targets.map(targetRow)));
  return parts.join('\n\n');
}

function rowOf(results, cell, platform) {
  const { rate, p50, p99, cpu } = results.of(cell);
  const load = cell.row === 'floor' || cell.row === 'ours' ? cell.load : null;
  const like = (row) => ({ ...platform, row, load: load ?? 'rotating' });
  return [
    TITLES[cell.row],
    load === null ? '' : LOADS[load],
    Math.round(rate).toString(),
    p50.toFixed(2),
    p99.toFixed(2),
    cpu.toFixed(0),
    factor(results.ratio('cpu', cell, like('floor'))),
    factor(results.ratio('rate', cell, like('ours'))),
  ];
}

function targetRow({ name, sign, limit, measured, met }) {
  return [name, `${sign} ${limit}`, measured.toFixed(2), met ? 'met' : 'not met'];
}

function factor(ratio) {
  return ratio === undefined ? '' : `${ratio.toFixed(2)} ×`;
}
