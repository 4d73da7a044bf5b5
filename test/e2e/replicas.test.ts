import type { DataSourceOptions } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEveryServer, TestApp, User } from '../support/app.js';
import { ProtocolClient, sendJson, told } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { MembersController } from '../support/members.js';

/** The replica lags behind for ever: it has the tables and not one row. */
onEveryServer('a data source with a replica that lags behind', (platform) => {
  let primary: TestDatabase;
  let replica: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    [primary, replica] = [await createDatabase(platform.database), await createDatabase(platform.database)];
    for (const database of [replica, primary]) {
      const maker = await TestApp.start(platform, { database, dataSource: { synchronize: true } });
      await maker.close();
    }
    const [master, slave] = [primary, replica].map(({ options }) => ({ url: (options as { url: string }).url }));
    const { type } = primary.options;
    const database = { ...primary, options: { type, replication: { master, slaves: [slave] } } as DataSourceOptions };
    app = await TestApp.start(platform, { database, controllers: [MembersController] });
  });
  afterAll(async () => {
    await app.close();
    for (const database of [primary, replica]) await database.drop();
  });

  it('is asked on its primary: people sign up, sign in and rotate', async () => {
    expect(await app.dataSource.getRepository(User).count()).toBe(0);
    const account = { email: 'ada@example.com', password: 'correct horse' };
    expect((await sendJson(`${app.url}/auth`, 'POST', account)).status).toBe(200);
    expect(await app.dataSource.getRepository(User).count()).toBe(0);
    const { auth } = await sendJson(`${app.url}/auth/sign_in`, 'POST', account);
    const ada = new ProtocolClient(app, { 'access-token': auth.accessToken!, client: auth.client!, uid: auth.uid! });
    for (let round = 0; round < 3; round++) {
      app.clock.advance('10s');
      const answer = await ada.go('/members');
      expect([answer.status, told(answer)]).toEqual([200, 'token']);
    }
    expect((await ada.go('/auth/sign_out', { method: 'DELETE' })).status).toBe(200);
    expect((await ada.go('/members')).status).toBe(401);
  });
});
