/** The load generator, in a process of its own: takes its task over IPC, then opens windows and tells what they saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from './http-connection.mjs';
import { LOOPS } from './loops.mjs';
import { Recorder } from './recorder.mjs';

const recorder = new Recorder();

process.once('message', (task) => {
  void run(task);
  process.on('message', async (window) => process.send({ event: 'result', value: await look(window) }));
});
process.on('disconnect', () => process.exit());

/**
 * Runs a loop whenever a window lets it. What fails ends the measurement at once.
 *
 * @param task - `loop` names one of loops.mjs, whose `members` are the headers of clients, or accounts to sign in.
 */
async function run({ port, members, connections: count, loop, options }) {
  try {
    const connections = await Promise.all(Array.from({ length: count }, () => HttpConnection.open(port)));
    await LOOPS[loop](connections, members, recorder, options);
  } catch (error) {
    process.send({ event: 'failure', value: String(error?.stack ?? error) });
  }
}

/** A window: after a warm-up it is open for so many seconds, or requests. What is in flight then is not waited for. */
async function look({ warmUp, seconds, requests = Infinity }) {
  recorder.run();
  await sleep(warmUp * 1000);
  process.send({ event: 'window' });
  await Promise.race([sleep(seconds * 1000), recorder.open(requests)]);
  recorder.rest();
  return recorder.close();
}
