import type { ProtocolClient, Answer } from './client.js';

/** A request with a JSON body. */
export function asJson(method: string, body: unknown): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** Changes the account of a client, which takes over what it is told. */
export async function update(client: ProtocolClient, body: object): Promise<Answer> {
  return await client.go('/auth', asJson('PUT', body));
}
