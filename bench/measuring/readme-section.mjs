import { LOADS, placeOf, ROWS } from './names.mjs';
import { cellsOf, hasLoads, LOAD_NAMES, ROW_NAMES } from './plan.mjs';
import { table } from './table.mjs';
import { signInTarget, targetsOf } from './targets.mjs';

/** The tables of the README's section "How fast": one column per platform. */
export function readmeSection(results, signIns, { adapters, databases }) {
  const platforms = adapters.flatMap((adapter) => databases.map((database) => ({ adapter, database })));
  return [speedTable(results, platforms), promiseTable(results, signIns, platforms)].join('\n\n');
}

function speedTable(results, platforms) {
  const cells = cellsOf({ rows: ROW_NAMES, adapters: ['any'], databases: ['any'], loads: LOAD_NAMES });
  const rows = cells.map(({ row, load, database }) => {
    return [
      hasLoads(row) ? `${ROWS[row]}, ${LOADS[load]}` : ROWS[row],
      ...platforms.map((platform) =>
        speedOf(results, { ...platform, row, load, database: database && platform.database }),
      ),
    ];
  });
  return table(['requests per second, CPU per request', ...platforms.map(placeOf)], rows);
}

function speedOf(results, cell) {
  if (!results.has(cell)) return '';
  const { rate, cpu } = results.of(cell);
  return `${Math.round(rate).toLocaleString('en')}, ${cpu.toFixed(0)} µs`;
}

function promiseTable(results, signIns, platforms) {
  const columns = platforms.map((platform) => [
    ...targetsOf(results, platform),
    ...signIns.filter((each) => placeOf(each.platform) === placeOf(platform)).map(({ result }) => signInTarget(result)),
  ]);
  const names = [...new Set(columns.flat().map(({ name }) => name))];
  const rows = names.map((name) => [name, ...columns.map((targets) => promiseOf(targets, name))]);
  return table(['promised', ...platforms.map(placeOf)], rows);
}

function promiseOf(targets, name) {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) return '';
  const { sign, limit, measured, met } = target;
  return `${sign} ${limit}: ${measured.toFixed(2)}${met ? '' : ', **not met**'}`;
}
