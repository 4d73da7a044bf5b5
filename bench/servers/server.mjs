/** A server in a process of its own. It takes commands over IPC: signs clients in, tells what it has used. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ROWS } from './rows.mjs';

const spec = JSON.parse(process.env.BENCH_SERVER ?? '');
const server = await ROWS[spec.row](spec);

const commands = {
  signIn: ({ count }) => server.signIn(count),
  usage() {
    const { user, system } = process.cpuUsage();
    return { cpu: user + system };
  },
  /** What stays in memory, in bytes; the process must have been started with `--expose-gc`. */
  async retained() {
    // What a request leaves to timers and to finalizers is let go of between the two.
    globalThis.gc();
    await sleep(100);
    globalThis.gc();
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heapUsed };
  },
  ...server.commands,
};

process.on('message', async ({ id, command, value }) => {
  try {
    process.send({ id, value: await commands[command](value) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
process.send({ event: 'listening', value: server.port });
