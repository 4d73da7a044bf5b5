import { tokenEntityFor, type AuthToken } from 'nestjs-token-auth';
import { expect } from 'vitest';
import { User, type TestApp } from './app.js';
import { told, type Answer, type ProtocolClient, type Told } from './client.js';

/** What became of a client's row: the next token, no change to any column, another change, or no row any more. */
export type RowFate = 'rotated' | 'unchanged' | 'changed' | 'gone';

/** A request and all that it did to its client. */
export interface Visit {
  readonly answer: Answer;
  readonly status: number;
  readonly told: Told;
  readonly row: RowFate;
}

/** The row of a client of a {@link User}, or null. */
export async function rowOf(app: TestApp, client: ProtocolClient): Promise<AuthToken | null> {
  const name = client.headers['client'];
  if (name === undefined) throw new Error('The client has no name.');
  return await app.dataSource.getRepository(tokenEntityFor(User)).findOneBy({ client: name });
}

/** The id by which applications know a client; `''` where it has ended. */
export async function idOf(app: TestApp, client: ProtocolClient): Promise<string> {
  return (await rowOf(app, client))?.id ?? '';
}

/** Sends a request as the client does, and tells what it did. */
export async function visit(
  app: TestApp,
  client: ProtocolClient,
  path: string,
  init: RequestInit = {},
): Promise<Visit> {
  const before = await rowOf(app, client);
  const answer = await client.go(path, init);
  return { answer, status: answer.status, told: told(answer), row: fateOf(before, await rowOf(app, client)) };
}

/** The same in short, to compare whole: status, what the headers tell, what became of the row. */
export async function outcome(
  app: TestApp,
  client: ProtocolClient,
  path: string,
  init: RequestInit = {},
): Promise<[number, Told, RowFate]> {
  const { status, told: headers, row } = await visit(app, client, path, init);
  return [status, headers, row];
}

/** What happened to a row between two looks at it. */
export function fateOf(before: AuthToken | null, after: AuthToken | null): RowFate {
  if (after === null) return 'gone';
  if (before === null) return 'changed';
  const isSuccessor = after.generation === before.generation + 1 && after.replacedHash === before.tokenHash;
  if (isSuccessor && after.tokenHash !== before.tokenHash) return 'rotated';
  return JSON.stringify(after) === JSON.stringify(before) ? 'unchanged' : 'changed';
}

/** The token that the client holds is its current one: once the batch has closed, it is accepted and rotates. */
export async function expectSignedIn(app: TestApp, client: ProtocolClient): Promise<void> {
  app.clock.advance('10s');
  expect(await outcome(app, client, '/auth/validate_token')).toEqual([200, 'token', 'rotated']);
}

/** The client is signed in no more. */
export async function expectSignedOut(app: TestApp, client: ProtocolClient): Promise<void> {
  expect((await outcome(app, client, '/auth/validate_token')).slice(0, 2)).toEqual([401, 'nothing']);
}
