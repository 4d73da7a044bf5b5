import { connect, type Socket } from 'node:net';

/** What came back; null where the server closed the connection without a word. */
export interface WireAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** How long an answer may take, in ms: far longer than any does. */
const HANG = 30_000;

/** Sends bytes as they are, one request after the other, by a connection that is kept as long as the server keeps it. */
export class WireClient {
  private socket: Socket | null = null;

  constructor(private readonly url: string) {}

  async send(request: string): Promise<WireAnswer | null> {
    const isReused = this.socket !== null;
    const answer = await this.attempt(request);
    // A server may close a kept connection while a request is on its way; only then it is sent again.
    return answer === null && isReused ? await this.attempt(request) : answer;
  }

  private async attempt(request: string): Promise<WireAnswer | null> {
    const { hostname, port } = new URL(this.url);
    const socket = (this.socket ??= connect(Number(port), hostname).setNoDelay(true));
    const isHead = request.startsWith('HEAD ');
    let received = '';
    return await new Promise((resolve, reject) => {
      const settle = (answer: WireAnswer | null | Error, isKept: boolean) => {
        socket.removeAllListeners();
        clearTimeout(timer);
        if (!isKept) {
          this.socket = null;
          socket.on('error', () => {}).destroy();
        }
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      };
      const timer = setTimeout(() => settle(new Error(`No answer to ${JSON.stringify(request)}`), false), HANG);
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        const answer = parse(received, isHead);
        if (answer !== null) settle(answer, !/^connection: close/im.test(answer.head));
      });
      socket.on('error', () => settle(parse(received, true), false));
      socket.on('close', () => settle(parse(received, true), false));
      socket.write(request, 'latin1');
    });
  }

  /** Hangs up; the next request goes by a new connection. */
  close(): void {
    this.socket?.on('error', () => {}).destroy();
    this.socket = null;
  }
}

/** The answer, once it is complete. */
function parse(raw: string, isBodiless: boolean): WireAnswer | null {
  const received = raw.replace(/^(HTTP\/1\.1 1\d\d [^]*?\r\n\r\n)+/, '');
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = received.slice(0, end);
  const body = received.slice(end + 4);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  const isWhole =
    length === undefined
      ? !/^transfer-encoding/im.test(head) || body.endsWith('0\r\n\r\n')
      : body.length >= Number(length);
  return isBodiless || status === 204 || status === 304 || isWhole ? { status, head, body } : null;
}
