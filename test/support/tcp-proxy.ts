import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A connection of the application and the one to the server that it is passed on to. */
interface Pair {
  readonly downstream: Socket;
  readonly upstream: Socket;
  /** Nothing that either side says reaches the other one any more. */
  isMute: boolean;
}

/** What becomes of the connections: cut and let come back, cut and refused, or kept without ever an answer. */
export type Strike = 'cut' | 'refuse' | 'silence';

/** When it happens: the statement does not arrive, half of its answer is passed on, or nothing of the answer. */
export type Moment = 'before' | 'amid' | 'after';

/** What to do at a statement. */
interface Ambush {
  readonly isMeant: (chunk: Buffer) => boolean;
  readonly moment: Moment;
  readonly strike: Strike;
}

/** A proxy in front of a database, for the faults of a network: it passes, cuts, refuses, delays and swallows. */
export class TcpProxy {
  private server: Server = createServer();
  private readonly pairs = new Set<Pair>();
  private ambush: Ambush | null = null;
  private isSilent = false;
  private readonly unanswered = new Set<Pair>();
  private delay = 0;

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

  /** Whether an ambush still waits for its statement. */
  get isWaiting(): boolean {
    return this.ambush !== null;
  }

  /** Over how many connections the application has asked since the last silence began, those counted that it opened for it. */
  get attempts(): number {
    return this.unanswered.size;
  }

  /** Passes connections on again, at once. Those that have been silenced stay silent, as a firewall forgets what it let pass. */
  async pass(): Promise<void> {
    this.isSilent = false;
    this.delay = 0;
    this.ambush = null;
    if (this.server.listening) return;
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

  /** Accepts whatever comes and never answers, on old connections and new ones. */
  silence(): void {
    this.isSilent = true;
    this.unanswered.clear();
    for (const pair of this.pairs) pair.isMute = true;
  }

  /** Keeps every answer back for this long, in ms. */
  slowDown(delay: number): void {
    this.delay = delay;
  }

  /**
   * Lets the next statement that contains the text reach the server, withholds the answer and strikes: the application
   * cannot know whether the statement was carried out.
   */
  withholdAnswerTo(text: string, strike: Strike): void {
    this.ambush = { isMeant: (chunk) => chunk.includes(text), moment: 'after', strike };
  }

  /** Strikes at a statement from now on, whatever it is: 0 is the next one. */
  strikeAt(index: number, moment: Moment, strike: Strike): void {
    let left = index;
    const isStatement = this.target.protocol.startsWith('postgres') ? isForPostgres : isForMariaDb;
    this.ambush = { isMeant: (chunk) => isStatement(chunk) && left-- === 0, moment, strike };
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  private join(downstream: Socket): void {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    const pair = { downstream, upstream, isMute: this.isSilent };
    this.pairs.add(pair);
    if (pair.isMute) this.unanswered.add(pair);
    for (const socket of [downstream, upstream]) {
      // A cut is meant to be an error to both sides.
      socket.on('error', () => {});
      socket.on('close', () => this.drop(pair));
    }
    let caught: Ambush | null = null;
    downstream.on('data', (chunk) => {
      if (pair.isMute) return void this.unanswered.add(pair);
      if (this.ambush?.isMeant(chunk)) {
        caught = this.ambush;
        this.ambush = null;
        if (caught.moment === 'before') return void this.strike(caught.strike);
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (pair.isMute) return;
      if (caught === null) return this.answer(pair, chunk);
      const { moment, strike } = caught;
      if (moment === 'after') return void this.strike(strike);
      downstream.write(chunk.subarray(0, chunk.length / 2), () => void this.strike(strike));
      pair.isMute = true;
    });
  }

  private answer(pair: Pair, chunk: Buffer): void {
    if (this.delay === 0) return void pair.downstream.write(chunk);
    setTimeout(() => {
      if (!pair.isMute && !pair.downstream.destroyed) pair.downstream.write(chunk);
    }, this.delay);
  }

  private async strike(strike: Strike): Promise<void> {
    if (strike === 'refuse') return await this.refuse();
    return strike === 'cut' ? this.cut() : this.silence();
  }

  private drop(pair: Pair): void {
    this.pairs.delete(pair);
    pair.downstream.destroy();
    pair.upstream.destroy();
  }
}

/** A simple query, or the first message of an extended one, whether it is parsed anew or bound again. */
function isForPostgres(chunk: Buffer): boolean {
  return ['Q', 'P', 'B'].includes(String.fromCharCode(chunk[0] ?? 0));
}

/** The first packet of a query, or of a prepared one that is made or carried out. */
function isForMariaDb(chunk: Buffer): boolean {
  return chunk[3] === 0 && [0x03, 0x16, 0x17].includes(chunk[4] ?? 0);
}
