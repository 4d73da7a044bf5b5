import { randomUUID } from 'node:crypto';
import type { AuthToken } from 'nestjs-token-auth';
import { expect } from 'vitest';
import { send, sendJson, told, type Answer, type AuthHeaderValues } from '../support/client.js';
import type { Cluster } from './cluster.js';

/** How many rounds each group of races runs; more find more. */
export const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 6);

/** Enough for all of them on a busy machine, in ms. */
export const PATIENCE = 30_000 + ROUNDS * 1000;

/** How many requests a round sends at the same time. */
export const VOLLEY = 32;

export const PASSWORD = 'correct horse';

/**
 * How the requests of a round meet: `free`, as they come, or `held`, where all have been accepted before the first one
 * departs, so that all of them race for the rotation.
 */
export type Meeting = 'free' | 'held';

/** Runs the rounds of a group, every second one held. */
export async function rounds(run: (meeting: Meeting, round: number) => Promise<void>): Promise<void> {
  for (let round = 1; round <= ROUNDS; round++) await run(round % 2 === 0 ? 'held' : 'free', round);
}

/** One client, whose requests go to the processes of a cluster by turns. */
export class RaceClient<App extends string = string> {
  private constructor(
    private readonly cluster: Cluster<App>,
    private readonly app: App,
    readonly uid: string,
    readonly client: string,
    /** The newest token that the client was told. */
    public token: string,
    private turn: number,
  ) {}

  /** Makes an account and signs it in; the batch that this opens is still open. */
  static async signedUp<App extends string>(cluster: Cluster<App>, app: App): Promise<RaceClient<App>> {
    const body = { email: `${randomUUID()}@example.com`, password: PASSWORD };
    const { status, auth } = await sendJson(`${cluster.url(app, 0)}/auth`, 'POST', body);
    if (status !== 200) throw new Error(`The sign-up was answered ${status}.`);
    return RaceClient.of(cluster, app, auth);
  }

  /** The client that these headers belong to; its first request goes to the process whose turn it is. */
  static of<App extends string>(cluster: Cluster<App>, app: App, auth: AuthHeaderValues, turn = 0): RaceClient<App> {
    return new RaceClient(cluster, app, auth.uid ?? '', auth.client ?? '', auth.accessToken ?? '', turn);
  }

  /** Sends a guarded request per token, all at once. `meanwhile` runs when all wait in their handlers. */
  async volley(
    tokens: readonly string[],
    meeting: Meeting = 'free',
    meanwhile?: () => Promise<unknown>,
  ): Promise<Answer[]> {
    const answers = tokens.map((token) => this.get(token, meeting));
    if (meeting === 'held') {
      await this.cluster.arrivals(tokens.length);
      await meanwhile?.();
      await this.cluster.openGate();
    }
    return await Promise.all(answers);
  }

  async get(token: string = this.token, meeting: Meeting = 'free'): Promise<Answer> {
    return await this.send(meeting === 'held' ? '/members?held=1' : '/members', token);
  }

  async signOut(token: string = this.token): Promise<Answer> {
    return await this.send('/auth/sign_out', token, 'DELETE');
  }

  async rows(): Promise<AuthToken[]> {
    return await this.cluster.rowsOf({ client: this.client });
  }

  async row(): Promise<AuthToken> {
    const [row] = await this.rows();
    if (row === undefined) throw new Error('The client has no row.');
    return row;
  }

  private async send(path: string, token: string, method = 'GET'): Promise<Answer> {
    return await send(this.cluster.url(this.app, this.turn++) + path, {
      method,
      headers: { 'access-token': token, client: this.client, uid: this.uid },
    });
  }
}

/** So many requests that show one token. */
export function times(count: number, token: string): string[] {
  return Array<string>(count).fill(token);
}

/** The different tokens that answers told. */
export function tokensOf(answers: readonly Answer[]): string[] {
  return [...new Set(answers.map(({ auth }) => auth.accessToken).filter(Boolean) as string[])];
}

/** How many answers were of which status. */
export function statusesOf(answers: readonly Answer[]): Record<number, number> {
  return tally(answers.map(({ status }) => status));
}

export function tally<K extends string | number>(values: readonly K[]): Record<K, number> {
  const counts = {} as Record<K, number>;
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** A volley with one token issues one successor; in the batch that it opens, both tokens serve and nothing rotates. */
export async function expectOneSuccessor(client: RaceClient, meeting: Meeting, generation: number): Promise<void> {
  const shown = client.token;
  const answers = await client.volley(times(VOLLEY, shown), meeting);
  expect(statusesOf(answers)).toEqual({ 200: VOLLEY });
  expect(tally(answers.map(told))).toEqual({ token: 1, blank: VOLLEY - 1 });
  client.token = tokensOf(answers)[0] ?? '';
  expect((await client.row()).generation).toBe(generation);

  const inBatch = await client.volley([...times(8, shown), ...times(8, client.token)]);
  expect(tally(inBatch.map(told))).toEqual({ blank: 16 });
}
