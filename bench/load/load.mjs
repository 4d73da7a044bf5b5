/** The load generator, in a process of its own: takes its task over IPC, says when the window opens, and what it saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';
import { HttpConnection } from './http-connection.mjs';
import { alone, batches } from './loops.mjs';
import { Recorder } from './recorder.mjs';

process.once('message', async (task) => {
  try {
    process.send({ event: 'result', value: await run(task) });
  } catch (error) {
    process.send({ event: 'failure', value: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());

async function run({ port, clients: headers, connections: count, warmUp, seconds, loop, options }) {
  const clients = headers.map((each) => new Client(each));
  const connections = await Promise.all(Array.from({ length: count }, () => HttpConnection.open(port)));
  const recorder = new Recorder();
  const loops = (loop === 'batches' ? batches : alone)(connections, clients, recorder, options);
  const rotations = () => clients.reduce((sum, client) => sum + client.rotations, 0);
  const window = async () => {
    await sleep(warmUp * 1000);
    process.send({ event: 'window' });
    const before = rotations();
    recorder.open();
    await sleep(seconds * 1000);
    recorder.close();
    return rotations() - before;
  };
  const [rotated] = await Promise.all([window(), loops]);
  for (const connection of connections) connection.close();
  return { ...recorder.summary(), rotated };
}
