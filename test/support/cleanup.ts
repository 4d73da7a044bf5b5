import { createHash, randomUUID } from 'node:crypto';
import { tokenEntityFor, type AuthToken } from 'nestjs-token-auth';
import { User, type TestApp } from './app.js';

/** Saves a client's row, that lives unless the values say otherwise, and gives its id. */
export async function clientRow(app: TestApp, user: User, values: Partial<AuthToken> = {}): Promise<string> {
  const id = randomUUID();
  const now = app.clock.now();
  const hash = createHash('sha256').update(id).digest('hex');
  const row = {
    id,
    client: id,
    user,
    uid: user.uid,
    tokenHash: hash,
    tagKey: hash,
    generation: 0,
    authEpoch: 0,
    batchStartedAt: now,
    batchOpenUntil: now,
    expiry: 0,
    createdAt: now,
    lastUsedAt: now,
    ...values,
  };
  await app.dataSource.getRepository(tokenEntityFor(User)).insert(row as never);
  return id;
}
