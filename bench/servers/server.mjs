/** A server in a process of its own. It takes commands over IPC: signs clients in, tells what it has used. */
import { ROWS } from './rows.mjs';

const spec = JSON.parse(process.env.BENCH_SERVER ?? '');
const server = await ROWS[spec.row](spec);

const commands = {
  signIn: ({ count }) => server.signIn(count),
  usage() {
    const { user, system } = process.cpuUsage();
    return { cpu: user + system, memory: process.memoryUsage() };
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
