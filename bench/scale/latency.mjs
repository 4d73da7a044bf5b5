import { makeLoad } from '../measuring/processes.mjs';
import { median } from '../measuring/statistics.mjs';

/** Few clients at a time, so that what is measured is a request and not the queue before it. */
const CONNECTIONS = 8;
const PAUSE = 5;

/** Clients that each connection goes through: the rows that are read lie all over the table. */
const TURNS = 100;

/** Guarded requests of live clients, each of which rotates. */
export async function guardedRequests({ port, clients }, { warmUp, seconds }) {
  const [result] = await makeLoad({
    port,
    warmUp,
    seconds,
    connections: CONNECTIONS,
    members: clients.take(CONNECTIONS * TURNS),
    loop: 'alone',
    options: { pause: PAUSE },
  });
  return result;
}

/** The latencies with few and with many users, in windows that take turns. */
export async function compareLatencies(few, many, options) {
  const pairs = [];
  for (let round = 0; round < options.rounds; round++) {
    pairs.push({ few: await guardedRequests(few, options), many: await guardedRequests(many, options) });
  }
  const of = (figure) => median(pairs.map(figure));
  return {
    few: { p50: of((pair) => pair.few.p50), p99: of((pair) => pair.few.p99) },
    many: { p50: of((pair) => pair.many.p50), p99: of((pair) => pair.many.p99) },
    ratio: of((pair) => pair.many.p50 / pair.few.p50),
  };
}
