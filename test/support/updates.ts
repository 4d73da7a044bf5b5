import { newAccount } from './accounts.js';
import { User, type TestApp } from './app.js';
import { ProtocolClient, type Answer } from './client.js';

/** A request with a JSON body. */
export function asJson(method: string, body: unknown): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** Changes the account of a client, which takes over what it is told. */
export async function update(client: ProtocolClient, body: object): Promise<Answer> {
  return await client.go('/auth', asJson('PUT', body));
}

/** A new account and two clients of it. */
export async function clientsOf(app: TestApp): Promise<{ email: string; own: ProtocolClient; other: ProtocolClient }> {
  const { email } = await newAccount(app);
  const user = await app.dataSource.getRepository(User).findOneByOrFail({ email });
  const [own, other] = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
  return { email, own, other };
}
