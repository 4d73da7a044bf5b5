import type { TokenAuthOptions } from 'nestjs-token-auth';
import { expect } from 'vitest';
import { TestApp, type AppOptions, type Platform } from './app.js';
import { ProtocolClient, told } from './client.js';
import { Gate, HeldController } from './held.js';
import { MembersController } from './members.js';

/** An application with a guarded route and a guarded route that waits. */
export async function startMembers(
  platform: Platform,
  auth: TokenAuthOptions<any> = {},
  options: AppOptions = {},
): Promise<TestApp> {
  return await TestApp.start(platform, {
    auth,
    controllers: [MembersController, HeldController],
    providers: [Gate],
    ...options,
  });
}

/** A client with the tokens that it has had, oldest first; the last one is current. */
export interface Rotated {
  readonly client: ProtocolClient;
  readonly tokens: readonly string[];
}

/** A client that has rotated; the batch of its last rotation is open. */
export async function rotated(app: TestApp, times = 1): Promise<Rotated> {
  const client = await ProtocolClient.justSignedIn(app);
  const tokens = [client.token];
  for (let round = 0; round < times; round++) {
    app.clock.advance('10s');
    const answer = await client.go('/members');
    expect([answer.status, told(answer)]).toEqual([200, 'token']);
    tokens.push(client.token);
  }
  return { client, tokens };
}

/** A token with one character of its tag changed. */
export function tampered(token: string): string {
  return token.slice(0, 60) + (token[60] === 'A' ? 'B' : 'A') + token.slice(61);
}
