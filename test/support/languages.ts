import type { TestApp } from './app.js';
import { sendJson, type Answer } from './client.js';

/** Asks for languages. */
export const asking = (header: string) => ({ 'accept-language': header });

/** What a sign-in with a wrong password is told. */
export async function wrongSignIn(app: Pick<TestApp, 'url'>, headers: Record<string, string> = {}): Promise<Answer> {
  return await sendJson(`${app.url}/auth/sign_in`, 'POST', { email: 'nobody@example.com', password: 'wrong' }, headers);
}
