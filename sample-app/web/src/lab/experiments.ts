import type { TokenAuthClient } from 'nestjs-token-auth/client';
import type { Bead } from './events.js';
import type { Recorder } from './recorder.js';

/** What an experiment works with. */
export interface Bench {
  readonly client: TokenAuthClient<unknown>;
  readonly recorder: Recorder;
  /** Whether a batch that is open may close before anything is sent. */
  readonly waitsFirst: boolean;
  /** The token to show again; null for the one before the newest, of which a rotation makes one where there is none. */
  readonly oldToken: Bead | null;
  /** Whether the client asks again only when the batch has closed. */
  readonly comesBackLate: boolean;
}

export const EXPERIMENTS = { one, five, slow, replay, lose };
export type ExperimentName = keyof typeof EXPERIMENTS;

const GUARDED = '/demo/members_only';
/** In ms: how long the server takes for each of five requests. The last one sent is not the last one answered. */
const SLOW = [900, 300, 1500, 600, 1200];

async function one(bench: Bench): Promise<void> {
  await letBatchClose(bench);
  await ask(bench);
}

async function five(bench: Bench): Promise<void> {
  await letBatchClose(bench);
  await Promise.all(SLOW.map(() => ask(bench)));
}

async function slow(bench: Bench): Promise<void> {
  await letBatchClose(bench);
  await Promise.all(SLOW.map((ms) => ask(bench, `/demo/slow?ms=${ms}`)));
}

/** What somebody does who has got hold of a token that has been replaced since; then the client asks as ever. */
async function replay(bench: Bench): Promise<void> {
  const { recorder } = bench;
  let old = bench.oldToken ?? recorder.tokens.ofThisClient()[1];
  if (old === undefined) {
    await recorder.pauseUntilClosed();
    [old] = recorder.tokens.ofThisClient();
    await ask(bench);
  }
  await letBatchClose(bench);
  if (old !== undefined) await recorder.fetch(GUARDED, { headers: recorder.tokens.headersOf(old) });
  await ask(bench);
}

/**
 * The server answers, and rotates; the client never hears of it. By itself it asks at once for what it has missed: that gets
 * through, or nothing does until the batch has closed.
 */
async function lose(bench: Bench): Promise<void> {
  const { client, recorder, comesBackLate } = bench;
  await recorder.pauseUntilClosed();
  recorder.losing = comesBackLate ? 'all' : 'next';
  const isCaughtUp = nextToken(client);
  await ask(bench).catch(() => undefined);
  await (comesBackLate ? recorder.pauseUntilClosed() : isCaughtUp);
  recorder.losing = 'none';
  await ask(bench);
}

/** Until the client has got another token, or a second has passed without one. */
async function nextToken(client: TokenAuthClient<unknown>): Promise<void> {
  let stop = () => {};
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 1000);
    stop = client.onChange(({ kind }) => {
      if (kind === 'token') resolve();
    });
  });
  stop();
}

async function ask({ client }: Bench, path = GUARDED): Promise<void> {
  const response = await client.fetch(path);
  await response.arrayBuffer();
}

async function letBatchClose({ recorder, waitsFirst }: Bench): Promise<void> {
  if (waitsFirst) await recorder.pauseUntilClosed();
}
