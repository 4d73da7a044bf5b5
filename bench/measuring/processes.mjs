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

/** Calls back with a load in a process of its own, which rests until a window is opened. */
export async function withLoad(task, work) {
  const child = fork(LOAD);
  try {
    child.send(task);
    return await work(new Load(child));
  } finally {
    await end(child);
  }
}

/** A load generator as seen from outside. */
class Load {
  #child;
  #failed;

  constructor(child) {
    this.#child = child;
    this.#failed = new Promise((_, fail) => {
      child.on('message', ({ event, value }) => event === 'failure' && fail(new Error(value)));
      child.on('exit', (code) => fail(new Error(`The load generator has ended with ${code}.`)));
    });
    // Whoever has a window open is told.
    this.#failed.catch(() => undefined);
  }

  /**
   * Lets it run for a while.
   *
   * @param onWindow - called when the window opens.
   * @returns what the load has seen, and what `onWindow` has given.
   */
  async window({ warmUp, seconds, requests }, onWindow = async () => undefined) {
    let opened;
    const told = new Promise((done) => {
      const listener = ({ event, value }) => {
        if (event === 'window') opened = onWindow();
        if (event !== 'result') return;
        this.#child.off('message', listener);
        done(Promise.all([value, opened]));
      };
      this.#child.on('message', listener);
    });
    this.#child.send({ warmUp, seconds, requests });
    return await Promise.race([told, this.#failed]);
  }
}

/** Has a load made for one window. */
export async function makeLoad(task) {
  return await withLoad(task, async (load) => (await load.window(task))[0]);
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}
