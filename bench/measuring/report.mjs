import { LOADS, placeOf, ROWS } from './names.mjs';
import { cellsOf, hasLoads, LOAD_NAMES, ROW_NAMES } from './plan.mjs';
import { table } from './table.mjs';
import { signInTarget, targetsOf } from './targets.mjs';

const HEAD = ['', 'load', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', 'CPU, floor = 1', 'requests/s, ours = 1'];

/** One table per adapter and database, and the promises beneath it. */
export function report(results, { adapters, databases }) {
  return adapters
    .flatMap((adapter) => databases.map((database) => ({ adapter, database })))
    .map((platform) => section(results, platform))
    .filter((part) => part !== null)
    .join('\n\n');
}

function section(results, platform) {
  const [adapters, databases] = [[platform.adapter], [platform.database]];
  const cells = cellsOf({ rows: ROW_NAMES, adapters, databases, loads: LOAD_NAMES }).filter((cell) =>
    results.has(cell),
  );
  if (cells.length === 0) return null;
  const targets = targetsOf(results, platform);
  const parts = [
    `**${placeOf(platform)}**`,
    table(
      HEAD,
      cells.map((cell) => rowOf(results, cell, platform)),
    ),
  ];
  if (targets.length > 0) parts.push(targetTable(targets));
  return parts.join('\n\n');
}

/** What guarded requests have felt of sign-ins, by platform. */
export function signInReport(measured) {
  return measured.map(({ platform, result }) => signInSection(platform, result)).join('\n\n');
}

function signInSection(platform, result) {
  const { inFlight, cost, clients, pause, quiet, busy, signInsPerSecond, rush } = result;
  const row = (name, { p50, p99 }) => [name, p50.toFixed(2), p99.toFixed(2)];
  return [
    `**${placeOf(platform)}**: ${inFlight} sign-ins at cost ${cost} always in flight (${signInsPerSecond.toFixed(1)} done per ` +
      `second), guarded requests of ${clients} clients that rest ${pause} ms after each answer`,
    table(['guarded requests', 'p50 ms', 'p99 ms'], [row('quiet', quiet), row('while people sign in', busy)]),
    targetTable([signInTarget(result)]),
    rushLine(rush),
  ].join('\n\n');
}

function rushLine({ sent, refused, retryAfter, longest }) {
  if (refused === 0) return `Of ${sent} sign-ins at once none was refused in time to be seen.`;
  return (
    `Beside those still waiting, of ${sent} sign-ins at once ${refused} were answered 503 with ` +
    `\`Retry-After: ${retryAfter}\` within ${longest.toFixed(0)} ms; the others wait for their turn.`
  );
}

function targetTable(targets) {
  return table(
    ['promised', 'is', 'measured', ''],
    targets.map(({ name, sign, limit, measured, met }) => [
      name,
      `${sign} ${limit}`,
      measured.toFixed(2),
      met ? 'met' : 'not met',
    ]),
  );
}

function rowOf(results, cell, platform) {
  const { rate, p50, p99, cpu } = results.of(cell);
  const load = hasLoads(cell.row) ? cell.load : null;
  const like = (row) => ({ ...platform, row, load: load ?? 'rotating' });
  return [
    ROWS[cell.row],
    load === null ? '' : LOADS[load],
    Math.round(rate).toString(),
    p50.toFixed(2),
    p99.toFixed(2),
    cpu.toFixed(0),
    results.ratio('cpu', cell, like('floor'))?.toFixed(2) ?? '',
    results.ratio('rate', cell, like('ours'))?.toFixed(2) ?? '',
  ];
}
