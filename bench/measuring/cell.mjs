import { withDatabase } from './databases.mjs';
import { LOADS } from './loads.mjs';
import { withLoad, withServer } from './processes.mjs';

/** How far the tokens that changed may be from what the load is meant to change, as a share of the requests. */
const TOLERANCE = 0.01;

/** How long a server that has rested runs before its window opens, in seconds. */
const LEAD_IN = 0.2;

/** Calls back with cells whose servers all stand, each with a new database, and warmed up; one at a time is measured. */
export async function withCells([first, ...others], options, work) {
  if (first === undefined) return await work([]);
  return await withCell(first, options, (cell) => withCells(others, options, (rest) => work([cell, ...rest])));
}

/** A cell is one row under one load. */
async function withCell({ row, adapter, database, load }, { connections, warmUp }, work) {
  const { loop, options, clients: many } = LOADS[load];
  return await withDatabase(database, (url) =>
    withServer({ row, adapter, database, url, load }, async (server) => {
      const members = await server.ask('signIn', { count: many ?? connections });
      return await withLoad({ port: server.port, members, connections, loop, options }, async (made) => {
        await made.window({ warmUp, seconds: 0 });
        return await work({ measure: (seconds) => measure({ row, load, server, made, connections }, seconds) });
      });
    }),
  );
}

async function measure({ row, load, server, made, connections }, seconds) {
  const [result, before] = await made.window({ warmUp: LEAD_IN, seconds }, () => server.ask('usage'));
  if (result.requests === 0) throw new Error(`${row} under ${load}: no request was answered in the window.`);
  const cpu = ((await server.ask('usage')).cpu - before.cpu) / result.requests;
  const rotates = row === 'ours' || (row.startsWith('floor') && load === 'rotating');
  const expected = rotates ? LOADS[load].rotationsPerRequest : 0;
  if (Math.abs(result.rotations - expected * result.requests) > TOLERANCE * result.requests + connections) {
    throw new Error(`${row} under ${load}: ${result.rotations} tokens have changed in ${result.requests} requests.`);
  }
  return { rate: result.rate, p50: result.p50, p99: result.p99, cpu };
}
