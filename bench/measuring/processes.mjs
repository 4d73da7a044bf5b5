import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../servers/server.mjs', import.meta.url));
const LOAD = fileURLToPath(new URL('../load/load.mjs', import.meta.url));

/** Calls back with a server in a process of its own, which ends afterwards. */
export async function withServer(spec, work, { execArgv = [] } = {}) {
  const child = fork(SERVER, {
    env: { ...process.env, NODE_ENV: 'production', BENCH_SERVER: JSON.stringify(spec) },
    execArgv,
  });
  try {
    const server = new Server(child);
    await server.listening;
    return await work(server);
  } finally {
    await end(child);
  }
}

/** A server as seen from outside. */
class Server {
  #child;
  #pending = new Map();
  #id = 0;

  constructor(child) {
    this.#child = child;
    this.listening = new Promise((done, fail) => {
      child.on('message', ({ id, event, value, error }) => {
        if (event === 'listening') done((this.port = value));
        else if (error === undefined) this.#pending.get(id)?.done(value);
        else this.#pending.get(id)?.fail(new Error(error));
      });
      child.on('exit', (code) => {
        const error = new Error(`The server has ended with ${code}.`);
        fail(error);
        for (const pending of this.#pending.values()) pending.fail(error);
      });
    });
  }

  /** Asks the server for something; its commands are in servers/server.mjs. */
  async ask(command, value = {}) {
    const id = ++this.#id;
    return await new Promise((done, fail) => {
      this.#pending.set(id, { done, fail });
      this.#child.send({ id, command, value });
    });
  }
}

/**
 * Has a load made in a process of its own.
 *
 * @param onWindow - called when the window opens.
 * @returns what the load has seen, and what `onWindow` has given.
 */
export async function makeLoad(task, onWindow = () => undefined) {
  const child = fork(LOAD);
  try {
    child.send(task);
    return await new Promise((done, fail) => {
      let opened;
      child.on('message', ({ event, value }) => {
        if (event === 'window') opened = onWindow();
        if (event === 'result') Promise.resolve(opened).then((seen) => done([value, seen]), fail);
        if (event === 'failure') fail(new Error(value));
      });
      child.on('exit', (code) => fail(new Error(`The load generator has ended with ${code}.`)));
    });
  } finally {
    await end(child);
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}
