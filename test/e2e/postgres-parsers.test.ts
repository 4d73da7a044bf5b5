import { createRequire } from 'node:module';
import { TokenAuthUser } from 'nestjs-token-auth';
import { Column, Entity } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { TestApp, type Platform } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { witness } from '../support/current-user.js';
import { DATABASES } from '../support/databases.js';

@Entity()
class Author extends TokenAuthUser {
  @Column({ type: 'text', default: '' })
  motto!: string;

  @Column({ type: 'bigint', nullable: true })
  followers!: number | null;
}

interface TypeParsers {
  getTypeParser(type: number, format?: 'text' | 'binary'): (value: string) => unknown;
}

const { types: known } = createRequire(import.meta.url)('pg') as { types: TypeParsers };

/** The number that PostgreSQL has given the type `text`. */
const TEXT = 25;

/** What pg makes of the values of a type: of texts something that nobody else would. */
const types: TypeParsers = {
  getTypeParser: (type, format) =>
    type === TEXT ? (value: string) => `“${value}”` : known.getTypeParser(type, format),
};

const platform: Platform = { adapter: 'express', database: 'postgres' };
const seen = witness();

describe.skipIf(!DATABASES.includes('postgres'))('what the driver makes of the values of a type', () => {
  let app: TestApp;
  afterEach(() => app.close());

  it('is what the current user has', async () => {
    const dataSource = { extra: { types } };
    app = await TestApp.start(platform, { auth: { userEntity: Author }, dataSource, controllers: [seen.controller] });
    const author = (await app.user({ motto: 'festina lente', followers: null })) as Author;
    const client = await ProtocolClient.signedIn(app, author);

    // Once to prepare the statement, and once with the one that is prepared.
    for (const followers of [null, 4711]) {
      await app.dataSource.getRepository(Author).update(author.id, { followers });
      expect((await client.go(seen.path)).status).toBe(200);
      expect(seen.user()).toMatchObject({ id: author.id, motto: '“festina lente”' });
      expect(seen.user()).toStrictEqual(await app.dataSource.getRepository(Author).findOneBy({ id: author.id }));
    }
  });
});
