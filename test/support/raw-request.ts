import { connect, type Socket } from 'node:net';
import type { TestApp } from './app.js';
import type { ProtocolClient } from './client.js';

/** A request on a socket of its own, so that a test can cut the connection at any moment. */
export class RawRequest {
  received = '';

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.received += text;
    });
    // A reset connection is what such tests are about.
    socket.on('error', () => {});
  }

  static send(app: TestApp, client: ProtocolClient, path: string): RawRequest {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    const lines = [`GET ${path} HTTP/1.1`, `Host: ${hostname}:${port}`];
    for (const [name, value] of Object.entries(client.headers)) lines.push(`${name}: ${value}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return new RawRequest(socket);
  }

  get headersReceived(): boolean {
    return this.received.includes('\r\n\r\n');
  }

  /** A response header, or undefined; once the headers have been received. */
  header(name: string): string | undefined {
    return new RegExp(`^${name}: (.*)\r$`, 'im').exec(this.received)?.[1];
  }

  /** Says that nothing more will be sent; the answer can still come. */
  finishSending(): void {
    this.socket.end();
  }

  /** Closes the connection without saying goodbye to HTTP. */
  cut(): void {
    this.socket.destroy();
  }

  /** Closes the connection so that the peer sees an error. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}
