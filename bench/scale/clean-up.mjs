/** What guarded requests feel of a clean-up that removes every tenth client. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { guardedRequests } from './latency.mjs';

/** How often it is looked whether anybody waits for a lock, in ms. */
const LOOK = 20;

export async function cleanUpBeside(target, url, options) {
  const { server } = target;
  const quiet = await guardedRequests(target, options);
  await server.ask('statements');
  const start = performance.now();
  let counts;
  const cleaning = server.ask('cleanUp').then((removed) => (counts = removed));
  const watch = watchLocks(url, () => counts !== undefined);
  const windows = [];
  while (counts === undefined) windows.push(await guardedRequests(target, { ...options, warmUp: 0 }));
  await cleaning;
  const seconds = (performance.now() - start) / 1000;
  const statements = await server.ask('statements');
  const deletes = statements.filter(({ text }) => text.startsWith('DELETE'));
  return {
    removed: counts.clients,
    seconds,
    longestDelete: Math.max(...deletes.map(({ longest }) => longest)),
    longestWait: await watch,
    quiet: { p50: quiet.p50, p99: quiet.p99, longest: quiet.longest },
    meanwhile: {
      p50: Math.max(...windows.map(({ p50 }) => p50)),
      p99: Math.max(...windows.map(({ p99 }) => p99)),
      longest: Math.max(...windows.map(({ longest }) => longest)),
    },
  };
}

/** The longest that anybody was seen to wait for a lock, in ms. */
async function watchLocks(url, isOver) {
  const client = new pg.Client(url);
  await client.connect();
  let longest = 0;
  while (!isOver()) {
    const { rows } = await client.query(`
      SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0)::float8 * 1000 AS ms
      FROM pg_locks WHERE NOT granted`);
    longest = Math.max(longest, rows[0].ms);
    await sleep(LOOK);
  }
  await client.end();
  return longest;
}
