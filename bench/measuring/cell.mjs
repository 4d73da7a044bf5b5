import { withDatabase } from './databases.mjs';
import { LOADS } from './loads.mjs';
import { makeLoad, withServer } from './processes.mjs';

/** How far the tokens that changed may be from what the load is meant to change, as a share of the requests. */
const TOLERANCE = 0.01;

/** Measures one row under one load: a new server with a new database, warmed up. */
export async function measure({ row, adapter, database, load }, { connections, warmUp, seconds }) {
  const { loop, options, clients: many, rotationsPerRequest } = LOADS[load];
  return await withDatabase(database, (url) =>
    withServer({ row, adapter, database, url, load }, async (server) => {
      const members = await server.ask('signIn', { count: many ?? connections });
      const task = { port: server.port, members, connections, warmUp, seconds, loop, options };
      const [result, before] = await makeLoad(task, () => server.ask('usage'));
      if (result.requests === 0) throw new Error(`${row} under ${load}: no request was answered in the window.`);
      const cpu = ((await server.ask('usage')).cpu - before.cpu) / result.requests;
      const rotates = row === 'ours' || (row.startsWith('floor') && load === 'rotating');
      const expected = rotates ? rotationsPerRequest : 0;
      if (Math.abs(result.rotations - expected * result.requests) > TOLERANCE * result.requests + connections) {
        throw new Error(
          `${row} under ${load}: ${result.rotations} tokens have changed in ${result.requests} requests.`,
        );
      }
      return { rate: result.rate, p50: result.p50, p99: result.p99, cpu };
    }),
  );
}
