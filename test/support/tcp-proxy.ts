import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A connection of the application and the one to the server that it is passed on to. */
interface Pair {
  readonly downstream: Socket;
  readonly upstream: Socket;
}

/** What to do when a statement has been carried out. */
interface Ambush {
  readonly text: string;
  readonly strike: () => Promise<void>;
}

/** A proxy in front of a database, for the faults of a network: it passes, cuts and refuses connections. */
export class TcpProxy {
  private server: Server = createServer();
  private readonly pairs = new Set<Pair>();
  private ambush: Ambush | null = null;

  private constructor(
    private readonly target: URL,
    readonly port: number,
  ) {}

  /** Starts to pass connections to the host and port of a URL. */
  static async start(target: string): Promise<TcpProxy> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const proxy = new TcpProxy(new URL(target), port);
    await proxy.pass();
    return proxy;
  }

  /** The URL of the server by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Passes connections on again. */
  async pass(): Promise<void> {
    this.server = createServer((downstream) => this.join(downstream)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Cuts every open connection; new ones are passed on. */
  cut(): void {
    for (const pair of this.pairs) this.drop(pair);
  }

  /** Cuts every open connection and refuses new ones. */
  async refuse(): Promise<void> {
    const closed = this.server.listening ? once(this.server, 'close') : Promise.resolve([]);
    this.server.close();
    this.cut();
    await closed;
  }

  /**
   * Lets the next statement that contains the text reach the server, withholds the answer and strikes: the application
   * cannot know whether the statement was carried out.
   */
  withholdAnswerTo(text: string, strike: 'cut' | 'refuse'): void {
    this.ambush = { text, strike: async () => (strike === 'cut' ? this.cut() : await this.refuse()) };
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  private join(downstream: Socket): void {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    const pair = { downstream, upstream };
    this.pairs.add(pair);
    for (const socket of [downstream, upstream]) {
      // A cut is meant to be an error to both sides.
      socket.on('error', () => {});
      socket.on('close', () => this.drop(pair));
    }
    let caught: Ambush | null = null;
    downstream.on('data', (chunk) => {
      if (this.ambush !== null && chunk.includes(this.ambush.text)) {
        caught = this.ambush;
        this.ambush = null;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (caught === null) downstream.write(chunk);
      else void caught.strike();
    });
  }

  private drop(pair: Pair): void {
    this.pairs.delete(pair);
    pair.downstream.destroy();
    pair.upstream.destroy();
  }
}
