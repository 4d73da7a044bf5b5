import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** For {@link TestApp.start}: without the log of statements, which would grow while the clock runs. */
export const UNLOGGED = { dataSource: { logger: 'simple-console', logging: false } } as const;

/** One way of being answered: makes the next request of its kind. */
export interface Case {
  readonly name: string;
  /** A new request each time, for some requests can be made once only. */
  next(): TimedRequest | Promise<TimedRequest>;
}

export interface TimedRequest {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Timed {
  readonly name: string;
  /** In ms. */
  readonly times: number[];
  readonly statuses: Set<number>;
}

/** How often a resampled ratio is drawn. */
const DRAWS = 400;

/**
 * Sends requests of all kinds in turns, in a new order each round, one at a time: whatever else the machine does meets all
 * of them alike.
 *
 * @param settle - what has to be over before the next request, so that none pays for the one before it.
 */
export async function interleave(
  url: string,
  cases: readonly Case[],
  rounds: number,
  settle: () => Promise<void> = async () => {},
): Promise<Timed[]> {
  const results = cases.map(({ name }): Timed => ({ name, times: [], statuses: new Set() }));
  const client = new Worker(new URL('timing-client.mjs', import.meta.url));
  client.unref();
  const warmUp = Math.ceil(rounds / 10);
  for (let round = -warmUp; round < rounds; round++) {
    for (const index of shuffled(cases.length)) {
      const next = await (cases[index] as Case).next();
      await settle();
      const { ms, status } = await timed(client, url, next);
      const result = results[index] as Timed;
      result.statuses.add(status);
      if (round >= 0) result.times.push(ms);
    }
  }
  await client.terminate();
  return results;
}

/** The medians, and each one's ratio to the first with the range that 95 % of resamplings stay in. */
export function table(title: string, [first, ...others]: readonly Timed[]): string {
  if (first === undefined) return '';
  const lines = [first, ...others].map((each) => {
    const ratio = median(each.times) / median(first.times);
    const [low, high] = each === first ? [1, 1] : resampled(each.times, first.times);
    const verdict = Math.abs(ratio - 1) <= 0.05 ? '' : low <= 1 && high >= 1 ? 'noise?' : 'OFF';
    return [
      each.name.padEnd(44),
      `${median(each.times).toFixed(3)} ms`.padStart(12),
      ratio.toFixed(3).padStart(8),
      `${low.toFixed(3)} to ${high.toFixed(3)}`.padStart(18),
      verdict,
    ].join(' ');
  });
  const samples = Math.min(...[first, ...others].map(({ times }) => times.length));
  return [`\n${title} (${samples} samples each; ratio of medians, 95 % range)`, ...lines, ''].join('\n');
}

async function timed(client: Worker, url: string, { path, method = 'GET', headers = {}, body }: TimedRequest) {
  const json = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const length = { 'content-length': String(Buffer.byteLength(json)) };
  client.postMessage({ url: url + path, method, headers: { ...type, ...length, ...headers }, body: json });
  const [answer] = (await once(client, 'message')) as [{ ms: number; status: number }];
  return answer;
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function resampled(left: readonly number[], right: readonly number[]): [number, number] {
  const draw = (times: readonly number[]) => times.map(() => times[Math.floor(Math.random() * times.length)] ?? 0);
  const ratios = Array.from({ length: DRAWS }, () => median(draw(left)) / median(draw(right))).sort((a, b) => a - b);
  return [ratios[Math.floor(DRAWS * 0.025)] ?? NaN, ratios[Math.floor(DRAWS * 0.975)] ?? NaN];
}

function shuffled(length: number): number[] {
  const order = Array.from({ length }, (_, index) => index);
  for (let at = length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return order;
}
