import { makeLoad } from '../measuring/processes.mjs';
import { median, quantile } from '../measuring/statistics.mjs';

/** Few clients at a time, so that what is measured is a request and not the queue before it. */
const CONNECTIONS = 8;
const PAUSE = 5;

/** Clients that each connection goes through: the rows that are read lie all over the table. */
const TURNS = 100;

/** Guarded requests of live clients, each of which rotates. */
export async function guardedRequests({ port, clients }, { warmUp, seconds }) {
  const result = await makeLoad({
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

/** The latencies with few and with many users, request by request in turns. */
export async function compareLatencies(few, many, { rounds, warmUp, seconds }) {
  const windows = [];
  for (let round = 0; round < rounds; round++) {
    const { notes } = await makeLoad({
      port: few.port,
      warmUp,
      seconds,
      connections: CONNECTIONS,
      members: [few, many].map(({ clients }) => clients.take(CONNECTIONS * TURNS)),
      loop: 'twins',
      options: { otherPort: many.port, pause: PAUSE },
    });
    windows.push([0, 1].map((side) => notes.map((pair) => pair[side])));
  }
  const of = (figure) => median(windows.map(figure));
  const quantiles = (side) => ({
    p50: of((window) => quantile(window[side], 0.5)),
    p99: of((window) => quantile(window[side], 0.99)),
  });
  return {
    few: quantiles(0),
    many: quantiles(1),
    ratio: of(([ones, others]) => quantile(others, 0.5) / quantile(ones, 0.5)),
  };
}
