import { Outbox } from 'nestjs-token-auth';
import type { TestApp } from './app.js';
import type { Answer } from './client.js';

const SENT = '-- sent';

/** An answer, and the statements that it took. */
export interface Exchange {
  readonly answer: Answer;
  /** The statements until the response had gone out, by their first word. */
  readonly before: readonly string[];
  /** Those that followed, until nothing was left to do. */
  readonly after: readonly string[];
}

/** Marks in the log of statements when responses go out. */
export function watchResponses(app: TestApp): void {
  app.nest.getHttpServer().on('request', (_request: unknown, response: NodeJS.EventEmitter) => {
    response.once('finish', () => app.log.statements.push(SENT));
  });
}

/** Makes a request to an application that is watched. */
export async function exchange(app: TestApp, request: () => Promise<Answer>): Promise<Exchange> {
  const outbox = app.nest.get(Outbox);
  await outbox.settled();
  app.log.take();
  const answer = await request();
  await outbox.settled();
  const statements = app.log.take();
  const end = statements.indexOf('--');
  if (end < 0) throw new Error('No response has gone out.');
  return { answer, before: statements.slice(0, end), after: statements.slice(end + 1) };
}

/** All that an answer tells: status, headers and body. */
export function toldBy({ status, headers, body }: Answer): unknown {
  const { date: _date, ...rest } = Object.fromEntries(headers);
  return { status, headers: rest, body };
}
