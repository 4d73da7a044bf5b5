import { afterEach, beforeEach, expect, it } from 'vitest';
import { onEveryDatabase, type TestApp } from '../support/app.js';
import { ProtocolClient, told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { hold } from '../support/held.js';
import { startMembers } from '../support/rotation.js';

onEveryDatabase('a request whose successor another process has replaced in turn', (platform) => {
  let database: TestDatabase;
  let app: TestApp;
  let other: TestApp;
  beforeEach(async () => {
    database = await createDatabase(platform.database);
    const auth = { batchResponse: 'repeat' } as const;
    app = await startMembers(platform, auth, { database, dataSource: { synchronize: true } });
    other = await startMembers(platform, auth, { database });
  });
  afterEach(async () => {
    await other.close();
    await app.close();
    await database.drop();
  });

  it('is told no outdated token, though this process made it a moment ago', async () => {
    const client = await ProtocolClient.signedIn(app);
    other.clock.advance(app.clock.now() - other.clock.now());
    const release = await hold(app, client);
    expect(told(await client.go('/members'))).toBe('token');
    const elsewhere = new ProtocolClient(other, client.headers);
    const next = await elsewhere.go('/members?unbatch=true');
    expect(next.auth.accessToken).not.toBe(client.token);
    expect(told(await release())).toBe('blank');
  });
});
