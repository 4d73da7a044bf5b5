/** The load generator, in a process of its own: takes its task over IPC, says when the window opens, and what it saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from './http-connection.mjs';
import { LOOPS } from './loops.mjs';
import { Recorder } from './recorder.mjs';

process.once('message', async (task) => {
  try {
    process.send({ event: 'result', value: await run(task) });
  } catch (error) {
    process.send({ event: 'failure', value: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());

/**
 * @param task - `loop` names one of loops.mjs, whose `members` are the headers of clients, or accounts to sign in. It ends after so many
 * seconds, or requests, in its window.
 */
async function run({ port, members, connections: count, warmUp, seconds, requests, loop, options }) {
  const connections = await Promise.all(Array.from({ length: count }, () => HttpConnection.open(port)));
  const recorder = new Recorder(requests ?? Infinity);
  const window = openWindow(recorder, warmUp, seconds);
  // What fails ends the measurement at once; what is still in flight when the window closes is not waited for.
  await Promise.race([window, LOOPS[loop](connections, members, recorder, options).then(() => window)]);
  for (const connection of connections) connection.close();
  return recorder.summary();
}

async function openWindow(recorder, warmUp, seconds) {
  await sleep(warmUp * 1000);
  process.send({ event: 'window' });
  recorder.open();
  await Promise.race([sleep(seconds * 1000), recorder.full]);
  recorder.close();
}
