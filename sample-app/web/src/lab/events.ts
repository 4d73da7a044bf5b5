/** A token's number: they are counted in the order in which they are seen. */
export type Bead = number;

/** What came back. */
export interface Answer {
  /** When, in ms of the page's clock. */
  readonly at: number;
  readonly status: number;
  /** The token it carried; null for none. */
  readonly told: Bead | null;
  /** Whether nobody had seen that token before. */
  readonly isNew: boolean;
  /** Whether it never got to the client. */
  readonly isLost: boolean;
}

/** A request, and what became of it. */
export interface Exchange {
  readonly kind: 'exchange';
  /** What it is called in the diagram: a, b, c … */
  readonly letter: string;
  /** Its method and path. */
  readonly request: string;
  /** When, in ms of the page's clock. */
  readonly sentAt: number;
  /** The token it showed; null for none that the page can see. */
  readonly shown: Bead | null;
  /** Null while it is awaited, `failed` where nobody answered. */
  answer: Answer | 'failed' | null;
}

/** Time in which the client does nothing. */
export interface Pause {
  readonly kind: 'pause';
  readonly from: number;
  /** Null while it lasts. */
  to: number | null;
}

export type LabEvent = Exchange | Pause;

/** What came back from the server, be it lost on its way or not; null where nothing did. */
export function answerOf({ answer }: Exchange): Answer | null {
  return answer === 'failed' ? null : answer;
}

export function isRefused(exchange: Exchange): boolean {
  return answerOf(exchange)?.status === 401;
}
