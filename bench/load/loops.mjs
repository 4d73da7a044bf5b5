/**
 * Closed loops: each connection sends its next request when it has the answer to the last one, as fast as the server
 * answers. Loops never end; they rest where their recorder tells them to.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';
import { headerOf, HttpConnection } from './http-connection.mjs';

const BATCH = 8;

/**
 * Every connection has clients of its own (one, where there are as many as connections), which take turns. `pause` is how
 * long it rests between an answer and the next request, in ms.
 */
async function alone(connections, headers, recorder, { pause = 0 } = {}) {
  await Promise.all(
    connections.map(async (connection, index) => {
      const clients = headers
        .filter((_, number) => number % connections.length === index)
        .map((each) => new Client(each));
      for (let turn = 0; ; turn = (turn + 1) % clients.length) {
        await recorder.turn;
        await use(clients[turn], connection, recorder);
        if (pause > 0) await sleep(pause);
      }
    }),
  );
}

/**
 * Every connection has a twin to another server, and they take turns, each with clients of its own: what slows the machine down
 * hits both servers alike. Notes pairs of latencies, in ms.
 */
async function twins(connections, [ones, others], recorder, { otherPort, pause }) {
  await Promise.all(
    connections.map(async (connection, index) => {
      const twin = await HttpConnection.open(otherPort);
      const clientsOf = (headers) => headers.filter((_, number) => number % connections.length === index);
      const [own, twins] = [ones, others].map((headers) => clientsOf(headers).map((each) => new Client(each)));
      for (let turn = 0; ; turn++) {
        await recorder.turn;
        const one = () => use(own[turn % own.length], connection, recorder);
        const other = () => use(twins[turn % twins.length], twin, recorder);
        // Who comes second finds the processor's caches as the first has left them.
        const pair = turn % 2 === 0 ? [await one(), await other()] : [await other(), await one()].toReversed();
        if (recorder.isOpen) recorder.note(pair);
        await sleep(pause);
      }
    }),
  );
}

/**
 * Eight connections are one client at a time. A batch is eight requests with one token: all at once, or the first alone and
 * the other seven at once when it has been answered. Then it is another client's turn, until the batch has closed.
 */
async function batches(connections, headers, recorder, { rest, together }) {
  const waiting = headers.map((each) => new Client(each));
  const members = Array.from({ length: connections.length / BATCH }, (_, group) =>
    connections.slice(group * BATCH, (group + 1) * BATCH),
  );
  await Promise.all(
    members.map(async ([first, ...others]) => {
      for (;;) {
        await recorder.turn;
        const client = await nextOf(waiting, rest);
        if (!together) await use(client, first, recorder);
        await Promise.all(
          (together ? [first, ...others] : others).map((connection) => use(client, connection, recorder)),
        );
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

/** One request of a client, with the token that it holds as it is sent; gives the latency in ms. */
async function use(client, connection, recorder) {
  const start = performance.now();
  const answer = await connection.send(client.request);
  const latency = performance.now() - start;
  recorder.record(latency);
  if (client.take(answer)) recorder.recordRotation();
  return latency;
}

/** Every connection signs one account in by its password, again and again: as many sign-ins as connections are always in flight. */
async function signIns(connections, accounts, recorder) {
  await Promise.all(
    connections.map(async (connection, index) => {
      for (;;) {
        await recorder.turn;
        const start = performance.now();
        const { status, body } = await connection.send(signInOf(accounts[index]));
        if (status !== 200) throw new Error(`A sign-in was answered ${status}: ${body}`);
        recorder.record(performance.now() - start);
      }
    }),
  );
}

/** Every connection signs one account in, once: what those are answered that need not wait. */
async function rush(connections, accounts, recorder) {
  await Promise.all(
    connections.map(async (connection, index) => {
      await recorder.turn;
      const start = performance.now();
      const { status, head, body } = await connection.send(signInOf(accounts[index]));
      if (status !== 200 && status !== 503) throw new Error(`A sign-in was answered ${status}: ${body}`);
      const answer = { status, retryAfter: headerOf(head, 'retry-after') ?? null };
      recorder.note({ ...answer, after: performance.now() - start });
    }),
  );
}

function signInOf(account) {
  const body = JSON.stringify(account);
  return (
    'POST /auth/sign_in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n' +
    `content-length: ${body.length}\r\n\r\n${body}`
  );
}

/** The loops by the names that tasks call them by. */
export const LOOPS = { alone, twins, batches, signIns, rush };
