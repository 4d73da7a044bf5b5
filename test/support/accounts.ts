import { expect } from 'vitest';
import type { TestApp } from './app.js';
import { send, sendJson, type Answer } from './client.js';

/** A password that is long enough. */
export const PASSWORD = 'correct horse';

let serial = 0;

/** An address that nobody else in this file has. */
export function freshEmail(): string {
  return `user-${++serial}@example.com`;
}

export async function signUp(app: TestApp, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return await sendJson(`${app.url}/auth`, 'POST', body, headers);
}

export async function signIn(app: TestApp, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return await sendJson(`${app.url}/auth/sign_in`, 'POST', body, headers);
}

/** Sends a form, as HTML and old clients do. */
export async function sendForm(url: string, body: Record<string, string>): Promise<Answer> {
  return await send(url, { method: 'POST', body: new URLSearchParams(body) });
}

/** A new account with {@link PASSWORD}, made over HTTP. */
export async function newAccount(app: TestApp, email = freshEmail()): Promise<{ email: string; answer: Answer }> {
  const answer = await signUp(app, { email, password: PASSWORD });
  expect(answer.status).toBe(200);
  return { email, answer };
}

/** The headers that make the next request, taken from an answer. */
export function credentialsOf({ auth }: Answer): Record<string, string> {
  return { 'access-token': auth.accessToken ?? '', client: auth.client ?? '', uid: auth.uid ?? '' };
}
