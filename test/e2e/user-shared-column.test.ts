import { entitiesFor, TokenAuthUser } from 'nestjs-token-auth';
import { Column, DataSource, Entity } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { witness } from '../support/current-user.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

/** Two properties read one column, and others come after it. */
@Entity()
class Twin extends TokenAuthUser {
  @Column({ type: 'varchar', name: 'nick', default: 'nick' })
  nick!: string;

  @Column({ type: 'varchar', name: 'nick', default: 'nick', insert: false, update: false })
  alias!: string;

  @Column({ type: 'varchar', default: '4711' })
  reference!: string;
}

/** Its table: TypeORM itself would give that the column twice. */
function tableOfTwins() {
  @Entity()
  class Twin extends TokenAuthUser {
    @Column({ type: 'varchar', name: 'nick', default: 'nick' })
    nick!: string;

    @Column({ type: 'varchar', default: '4711' })
    reference!: string;
  }
  return Twin;
}

const seen = witness();

onEveryDatabase('two properties of a user on one column', (platform) => {
  let database: TestDatabase;
  let app: TestApp;
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('leave each column with the property that it belongs to', async () => {
    database = await createDatabase(platform.database);
    const entities = entitiesFor(tableOfTwins());
    await (await new DataSource({ ...database.options, entities, synchronize: true }).initialize()).destroy();

    app = await TestApp.start(platform, { auth: { userEntity: Twin }, database, controllers: [seen.controller] });
    const twin = (await app.user({ nick: 'first', reference: '99' })) as Twin;
    const client = await ProtocolClient.signedIn(app, twin);
    expect((await client.go(seen.path)).status).toBe(200);
    expect(seen.user()).toStrictEqual(await app.dataSource.getRepository(Twin).findOneBy({ id: twin.id }));
    expect(seen.user()).toMatchObject({ id: twin.id, nick: 'first', alias: 'first', reference: '99' });
  });
});
