/**
 * Closed loops: each connection sends its next request when it has the answer to the last one, as fast as the server
 * answers. Every loop runs until its recorder says that it is over.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const BATCH = 8;

/** Every connection is a client of its own. `pause` is how long it rests between an answer and the next request, in ms. */
export async function alone(connections, clients, recorder, { pause = 0 } = {}) {
  await Promise.all(
    connections.map(async (connection, index) => {
      const client = clients[index];
      while (!recorder.isOver) {
        client.take(await timed(connection, client, recorder));
        if (pause > 0) await sleep(pause);
      }
    }),
  );
}

/**
 * Eight connections are one client at a time. A batch is eight requests with one token: all at once, or the first alone and
 * the other seven at once when it has been answered. Then it is another client's turn, until the batch has closed.
 */
export async function batches(connections, clients, recorder, { rest, together }) {
  const waiting = [...clients];
  const members = Array.from({ length: connections.length / BATCH }, (_, group) =>
    connections.slice(group * BATCH, (group + 1) * BATCH),
  );
  await Promise.all(
    members.map(async ([first, ...others]) => {
      while (!recorder.isOver) {
        const client = await nextOf(waiting, rest);
        if (!together) client.take(await timed(first, client, recorder));
        const answers = await Promise.all(
          (together ? [first, ...others] : others).map((connection) => timed(connection, client, recorder)),
        );
        for (const answer of answers) client.take(answer);
        client.restsSince = performance.now();
        waiting.push(client);
      }
    }),
  );
}

/** The client that has rested longest, once its batch has closed. */
async function nextOf(waiting, rest) {
  const client = waiting.shift();
  const left = client.restsSince + rest - performance.now();
  if (left > 0) await sleep(left);
  return client;
}

async function timed(connection, client, recorder) {
  const { request } = client;
  const start = performance.now();
  const answer = await connection.send(request);
  recorder.record(performance.now() - start);
  return answer;
}
