import { headerOf } from './http-connection.mjs';

const TOKEN = 'access-token';

/** One signed-in client: it sends what it holds, and keeps the newest token that it is told. */
export class Client {
  #fixed;
  #token;
  /** When its last batch was answered, in ms of `performance.now()`. */
  restsSince = 0;

  constructor(headers) {
    const { [TOKEN]: token, ...fixed } = headers;
    const lines = Object.entries({ host: '127.0.0.1', ...fixed }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#fixed = `GET /projects HTTP/1.1\r\n${lines.join('')}`;
    this.#token = token;
  }

  get request() {
    return this.#token === undefined ? `${this.#fixed}\r\n` : `${this.#fixed}${TOKEN}: ${this.#token}\r\n\r\n`;
  }

  /** Whether the answer brought another token. */
  take({ status, head, body }) {
    if (status !== 200) throw new Error(`A guarded request was answered ${status}: ${body}`);
    const token = this.#token === undefined ? undefined : headerOf(head, TOKEN);
    if (token === undefined || token === '' || token === this.#token) return false;
    this.#token = token;
    return true;
  }
}
