import { batchesOf } from './batches.js';
import type { Exchange, LabEvent, Pause } from './events.js';

/** Where a request and its answer are drawn, in px. */
export interface PlacedExchange {
  readonly exchange: Exchange;
  readonly sentY: number;
  /** Null while the answer is awaited. */
  readonly answeredY: number | null;
  /** Where the server works on it: requests at the same time are side by side. */
  readonly serverX: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly clientX: number;
  readonly serverX: number;
  readonly isNarrow: boolean;
  readonly exchanges: readonly PlacedExchange[];
  readonly pauses: readonly { readonly pause: Pause; readonly y: number }[];
  /** Around the requests of each batch. */
  readonly rings: readonly { readonly top: number; readonly bottom: number; readonly letters: string }[];
  /** The time axis. */
  readonly times: readonly { readonly y: number; readonly text: string }[];
}

const TOP = 78;
const BOTTOM = 40;
/** From one event to the next, at least and at most. */
const ROW = 34;
const LONGEST_ROW = 90;
const PX_PER_MS = 0.06;
const PAUSE = 58;
/** How far an arrow falls on its way. */
export const FALL = 9;
const TRACK = 15;
const RING = 18;

/** @param buffer - how long a batch stays open, in ms. */
export function layOut(events: readonly LabEvent[], width: number, buffer: number): Scene {
  const isNarrow = width < 520;
  const tracks = tracksOf(events);
  const widest = Math.max(0, ...tracks.values());
  const clientX = isNarrow ? 88 : 128;
  const serverX = width - (isNarrow ? 38 : 48) - Math.max(0, widest * TRACK - (isNarrow ? 22 : 30));
  const rows = rowsOf(events);
  const start = rows.find(({ event }) => event.kind === 'exchange')?.at ?? 0;
  const yOf = (event: LabEvent, moment: 'begin' | 'end') =>
    rows.find((row) => row.event === event && row.moment === moment)?.y ?? null;
  const exchanges = events.flatMap((event): PlacedExchange[] => {
    if (event.kind !== 'exchange') return [];
    const track = tracks.get(event) ?? 0;
    return [
      {
        exchange: event,
        sentY: yOf(event, 'begin') ?? TOP,
        answeredY: yOf(event, 'end'),
        serverX: serverX + track * TRACK,
      },
    ];
  });
  return {
    width,
    height: (rows.at(-1)?.y ?? TOP) + BOTTOM,
    clientX,
    serverX,
    isNarrow,
    exchanges,
    pauses: events.flatMap((event) =>
      event.kind === 'pause' ? [{ pause: event, y: (yOf(event, 'begin') ?? TOP) - PAUSE / 2 + 6 }] : [],
    ),
    rings: batchesOf(events, buffer).map((batch) => {
      const ys = exchanges.filter(({ exchange }) => batch.includes(exchange)).map(({ sentY }) => sentY);
      const letters = batch.map(({ letter }) => letter).join(' ');
      return { top: Math.min(...ys) - RING, bottom: Math.max(...ys) + RING, letters };
    }),
    times: rows.flatMap(({ y, at, event }) => (event.kind === 'exchange' ? [{ y, text: clock(at - start) }] : [])),
  };
}

interface Row {
  readonly event: LabEvent;
  readonly moment: 'begin' | 'end';
  readonly at: number;
  readonly y: number;
}

/** All that has happened in its order, from top to bottom; longer times take more room, up to a point. */
function rowsOf(events: readonly LabEvent[]): Row[] {
  const moments = events
    .flatMap((event): Omit<Row, 'y'>[] => {
      if (event.kind === 'pause') return [{ event, moment: 'begin', at: event.from }];
      const { sentAt, answer } = event;
      const sent = { event, moment: 'begin', at: sentAt } as const;
      if (answer === null || answer === 'failed') return [sent];
      return [sent, { event, moment: 'end', at: answer.at }];
    })
    .sort((one, other) => one.at - other.at);
  let y = TOP - ROW;
  let last = moments[0]?.at ?? 0;
  return moments.map((each) => {
    y += each.event.kind === 'pause' ? PAUSE : Math.min(LONGEST_ROW, Math.max(ROW, (each.at - last) * PX_PER_MS));
    last = each.event.kind === 'pause' ? (each.event.to ?? each.at) : each.at;
    return { ...each, y };
  });
}

/** Side by side is what the server works on at the same time. */
function tracksOf(events: readonly LabEvent[]): Map<Exchange, number> {
  const tracks = new Map<Exchange, number>();
  for (const exchange of events) {
    if (exchange.kind !== 'exchange') continue;
    const taken = [...tracks].filter(([other]) => endOf(other) > exchange.sentAt).map(([, track]) => track);
    let track = 0;
    while (taken.includes(track)) track += 1;
    tracks.set(exchange, track);
  }
  return tracks;
}

function endOf({ answer, sentAt }: Exchange): number {
  if (answer === 'failed') return sentAt;
  return answer?.at ?? Infinity;
}

function clock(time: number): string {
  const ms = Math.round(time);
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
