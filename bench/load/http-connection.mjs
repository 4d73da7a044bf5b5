import { connect } from 'node:net';

/**
 * One keep-alive connection that carries one request at a time. Node's own clients cost as much as the server that they
 * would measure; this one knows no more of HTTP than the answers of the benchmark's servers need.
 */
export class HttpConnection {
  #socket;
  #received = '';
  #settle = null;
  #hasEnded = false;

  static async open(port) {
    const connection = new HttpConnection();
    const socket = (connection.#socket = connect({ port, host: '127.0.0.1', noDelay: true }));
    await new Promise((done, fail) => socket.once('connect', done).once('error', fail));
    socket.on('data', (chunk) => connection.#take(chunk));
    for (const event of ['error', 'close']) socket.on(event, () => connection.#end());
    return connection;
  }

  /** Sends a request, given as it goes over the wire, and gives the status and the head of its answer. */
  async send(request) {
    return await new Promise((done, fail) => {
      this.#settle = { done, fail };
      if (this.#hasEnded) return this.#end();
      this.#socket.write(request, 'latin1');
    });
  }

  close() {
    this.#settle = null;
    this.#socket.destroy();
  }

  /** Also between two requests: the next one fails. */
  #end() {
    this.#hasEnded = true;
    this.#settle?.fail(new Error('The server closed the connection.'));
  }

  #take(chunk) {
    this.#received += chunk.latin1Slice();
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end + 2);
    const length = Number(headerOf(head, 'content-length') ?? NaN);
    if (Number.isNaN(length)) return this.#settle.fail(new Error(`An answer without Content-Length:\n${head}`));
    if (this.#received.length < end + 4 + length) return;
    const answer = { status: Number(head.slice(9, 12)), head, body: this.#received.slice(end + 4) };
    this.#received = '';
    const { done } = this.#settle;
    this.#settle = null;
    done(answer);
  }
}

const PATTERNS = new Map();

/** A header's value, undefined where the answer does not have it. */
export function headerOf(head, name) {
  if (!PATTERNS.has(name)) PATTERNS.set(name, new RegExp(`\r\n${name}: ?([^\r]*)\r`, 'i'));
  return PATTERNS.get(name).exec(head)?.[1];
}
