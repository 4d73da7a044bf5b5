import { expect } from 'vitest';
import type { TestApp } from './app.js';
import { send, sendJson, told, type Answer } from './client.js';
import { PAGE, type Mailbox } from './mailbox.js';

/** A one-time token as it travels. */
export const TOKEN = /^[\w-]{43}$/;

/** A token that was never issued. */
export const UNKNOWN_TOKEN = 'A'.repeat(43);

/** What a link is answered that was never valid, or is not any more. */
export const INVALID_LINK = {
  success: false,
  errors: ['This link is not valid, or not any more. Please ask for a new one.'],
};

/** Texts in the place of a token that are none, as they would stand in a query. */
export const NO_TOKENS: readonly (readonly [string, string])[] = [
  ['unknown', UNKNOWN_TOKEN],
  ['empty', ''],
  ['blank', '%20'],
  ['NUL', '%00'],
  ['too long', 'A'.repeat(4000)],
  ['SQL', "'%20OR%201=1--"],
  ['not UTF-8', '%ff%fe'],
];

/** Asks for the mail of an endpoint. */
export async function ask(app: TestApp, endpoint: 'password' | 'confirmation' | 'unlock', body: object) {
  return await sendJson(`${app.url}/auth/${endpoint}`, 'POST', body);
}

/** The token of a new reset link. */
export async function resetToken(app: TestApp, mailbox: Mailbox, email: string): Promise<string> {
  expect((await ask(app, 'password', { email, redirect_url: PAGE })).status).toBe(200);
  return (await mailbox.linkTo(app, email)).searchParams.get('reset_password_token') ?? '';
}

/** Sets a new password. */
export async function setPassword(app: TestApp, body: object, headers: Record<string, string> = {}, method = 'PUT') {
  return await sendJson(`${app.url}/auth/password`, method, body, headers);
}

/** A password and its confirmation. */
export function twice(password: string): { password: string; password_confirmation: string } {
  return { password, password_confirmation: password };
}

/** The protocol's error body. */
export function refusal(message: string, extra: object = {}): object {
  return { success: false, errors: [message], ...extra };
}

/** A JSON answer that tells nothing of any client. */
export function expectPlain(answer: Answer, status: number, body: unknown): void {
  expect([answer.status, answer.body]).toEqual([status, body]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect([told(answer), answer.headers.get('set-cookie'), answer.headers.get('location')]).toEqual([
    'nothing',
    null,
    null,
  ]);
}

/** What the routes that do not exist answer. */
export async function expectNotServed(app: TestApp, method: string, path: string): Promise<void> {
  const other = '/auth/nowhere';
  const [answer, expected] = await Promise.all([send(app.url + path, { method }), send(app.url + other, { method })]);
  expectPlain(answer, 404, { ...expected.body, message: expected.body.message.replace(other, path) });
}

/** The answer to who follows a link must reach no cache and no other site. */
export function expectPrivate({ headers }: Answer): void {
  expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
}
