import type { Answer, Exchange, LabEvent } from './events.js';
import { TokenBook, type Seen } from './token-book.js';

/** In ms: the clocks of the page and of the server need not agree to the last digit. */
const MARGIN = 120;

/**
 * Watches what the client really sends and gets: its `fetch` goes to the network and writes down what it sees there. While an
 * experiment runs, that is the picture.
 */
export class Recorder {
  readonly tokens = new TokenBook();
  /** What the picture shows. */
  events: LabEvent[] = [];
  /** Drops the next answer, or all of them, on their way to the client. */
  losing: 'none' | 'next' | 'all' = 'none';
  /** How long a batch stays open, in ms. */
  buffer = 5000;
  /** The same when the picture was begun: the application may run with other options since. */
  bufferOfPicture = 5000;
  private isRecording = false;
  private openUntil = 0;

  /** @param onChange - called whenever the picture has changed. */
  constructor(private readonly onChange: () => void) {}

  /** Begins a new picture. */
  start(): void {
    this.events = [];
    this.bufferOfPicture = this.buffer;
    this.isRecording = true;
    this.onChange();
  }

  stop(): void {
    this.isRecording = false;
    this.losing = 'none';
    this.onChange();
  }

  /** Something may have opened a batch: a reload, or another tab. */
  supposeOpenBatch(): void {
    this.openUntil = Math.max(this.openUntil, performance.now() + this.buffer);
  }

  /** Does nothing until a batch that may be open has closed for sure, and writes that down. */
  async pauseUntilClosed(): Promise<void> {
    const rest = () => this.openUntil + MARGIN - performance.now();
    if (rest() <= 0) return;
    const pause: LabEvent = { kind: 'pause', from: performance.now(), to: null };
    this.add(pause);
    while (rest() > 0) await new Promise((resolve) => setTimeout(resolve, rest()));
    pause.to = performance.now();
    this.onChange();
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const exchange = this.sent(request);
    let response: Response;
    try {
      response = await globalThis.fetch(request);
    } catch (error) {
      exchange.answer = 'failed';
      this.onChange();
      throw error;
    }
    const isLost = this.losing !== 'none';
    if (this.losing === 'next') this.losing = 'none';
    this.answered(exchange, response, isLost);
    if (!isLost) return response;
    await response.body?.cancel();
    throw new TypeError('The answer was lost on its way.');
  };

  private sent(request: Request): Exchange {
    const { pathname, searchParams } = new URL(request.url);
    const wait = searchParams.get('ms');
    const exchange: Exchange = {
      kind: 'exchange',
      letter: letterOf(this.events.filter(({ kind }) => kind === 'exchange').length),
      request: `${request.method} ${pathname}${wait === null ? '' : `?ms=${wait}`}`,
      sentAt: performance.now(),
      shown: this.number(shownIn(request.headers))?.bead ?? null,
      answer: null,
    };
    this.add(exchange);
    return exchange;
  }

  private answered(exchange: Exchange, { status, headers }: Response, isLost: boolean): void {
    const told = this.number(toldIn(headers));
    const answer: Answer = {
      at: performance.now(),
      status,
      told: told?.bead ?? null,
      isNew: told?.isNew ?? false,
      isLost,
    };
    exchange.answer = answer;
    // A rotation opens a batch, and each late member keeps it open. Where the token is in a cookie, any request may be either.
    const isLate = exchange.shown !== this.tokens.ofThisClient()[0];
    if (status < 400 && (answer.isNew || isLate || exchange.shown === null)) this.supposeOpenBatch();
    this.onChange();
  }

  private number(seen: Seen | null) {
    return seen === null ? null : this.tokens.number(seen);
  }

  private add(event: LabEvent): void {
    if (!this.isRecording) return;
    this.events.push(event);
    this.onChange();
  }
}

/** A request shows its token in headers of its own, or together with the other two in `Authorization`. */
function shownIn(headers: Headers): Seen | null {
  const [, encoded] = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '') ?? [];
  if (encoded === undefined) return toldIn(headers);
  const { 'access-token': token, client, uid } = JSON.parse(atob(encoded)) as Record<string, string>;
  return { token: token ?? '', client: client ?? '', uid: uid ?? '' };
}

function toldIn(headers: Headers): Seen | null {
  const token = headers.get('access-token');
  if (token === null || token === '') return null;
  return { token, client: headers.get('client') ?? '', uid: headers.get('uid') ?? '' };
}

function letterOf(index: number): string {
  return String.fromCharCode(97 + (index % 26)) + (index < 26 ? '' : String(Math.floor(index / 26)));
}
