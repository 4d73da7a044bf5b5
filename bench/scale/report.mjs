import { table } from '../measuring/table.mjs';

/** How much slower a guarded request may get. */
const MOST = 1.2;

/** What a request may leave in the heap and still leave nothing, in bytes: a look at memory is not exact to the byte. */
const FLAT = 16;

export function scaleReport(machine, { users, few, size, latency, plans, memory, cleanUp }) {
  return [
    machine,
    `PostgreSQL, ${count(users)} users with ten clients each (${size}), against ${count(few)}:`,
    latencyTable(users, few, latency),
    'Statements of a guarded request:',
    plans.map(planLines).join('\n'),
    memoryTable(memory),
    cleanUpTable(cleanUp),
    table(['promised', 'is', 'measured', ''], promises(latency, plans, memory)),
  ].join('\n\n');
}

function latencyTable(users, few, { few: small, many: big }) {
  const row = (name, { p50, p99 }) => [name, p50.toFixed(2), p99.toFixed(2)];
  return table(
    ['guarded requests', 'p50 ms', 'p99 ms'],
    [row(`${count(few)} users`, small), row(`${count(users)} users`, big)],
  );
}

function planLines({ text, nodes }) {
  const short = text.replaceAll(/\s+/g, ' ');
  return `- \`${short.length > 100 ? `${short.slice(0, 70)} … ${short.slice(-30)}` : short}\`: ${nodes.join(', ')}`;
}

function memoryTable({ requests, looks, slope }) {
  const points = [looks[0], looks[looks.length >> 1], looks.at(-1)];
  const row = (name, figure) => [
    name,
    ...points.map((look) => (look[figure] / 2 ** 20).toFixed(1)),
    slope[figure].toFixed(1),
  ];
  return table(
    [
      `memory over ${count(requests)} requests, MiB after GC`,
      'at the start',
      'in the middle',
      'at the end',
      'bytes per request',
    ],
    [row('RSS', 'rss'), row('heap', 'heapUsed')],
  );
}

function cleanUpTable({ removed, seconds, longestDelete, longestWait, quiet, meanwhile }) {
  const row = (name, { p50, p99, longest }) => [name, p50.toFixed(2), p99.toFixed(2), longest.toFixed(1)];
  return [
    `The clean-up has removed ${count(removed)} clients in ${seconds.toFixed(0)} s. No DELETE took longer than ` +
      `${longestDelete.toFixed(0)} ms, which is how long a row can have been locked; the longest that anybody was seen to wait ` +
      `for a lock is ${longestWait.toFixed(0)} ms.`,
    table(
      ['guarded requests', 'p50 ms', 'p99 ms', 'longest ms'],
      [row('quiet', quiet), row('beside the clean-up', meanwhile)],
    ),
  ].join('\n\n');
}

function promises({ ratio }, plans, { slope }) {
  const scans = plans.filter(({ isScan }) => isScan).length;
  const verdict = (met) => (met ? 'met' : 'not met');
  return [
    ['p50 of a guarded request, many users of few', `≤ ${MOST}`, ratio.toFixed(2), verdict(ratio <= MOST)],
    ['statements of a request that read a whole table', '0', String(scans), verdict(scans === 0)],
    [
      'heap that a request leaves behind, bytes',
      `≤ ${FLAT}`,
      slope.heapUsed.toFixed(1),
      verdict(slope.heapUsed <= FLAT),
    ],
  ];
}

function count(number) {
  return number.toLocaleString('en');
}
