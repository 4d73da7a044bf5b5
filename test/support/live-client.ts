import { WebSocket } from 'ws';
import type { TestApp } from './app.js';

/** The other end of a socket. */
export class LiveClient {
  private readonly inbox: any[] = [];
  private wake = () => {};
  closedWith: number | null = null;
  closedBecause: string | null = null;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.inbox.push(JSON.parse(data.toString('utf8')));
      this.wake();
    });
    socket.on('close', (code, reason) => {
      this.closedWith = code;
      this.closedBecause = reason.toString('utf8');
      this.wake();
    });
  }

  static async connect(app: TestApp, path: string, headers: Record<string, string>): Promise<LiveClient> {
    const socket = new WebSocket(app.url.replace('http', 'ws') + path, { headers });
    const client = new LiveClient(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return client;
  }

  /** Sends a message and waits for the answer, or for the end: then null. */
  async ask(event: string): Promise<any> {
    this.socket.send(JSON.stringify({ event, data: {} }));
    while (this.inbox.length === 0 && this.closedWith === null) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.inbox.shift() ?? null;
  }

  /** Waits for the end. */
  async untilClosed(): Promise<number | null> {
    while (this.closedWith === null) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.closedWith;
  }

  close(): void {
    this.socket.terminate();
  }
}
