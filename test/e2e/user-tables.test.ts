import type { Type } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { entitiesFor, TokenAuthUser, TokenService, tokenEntityFor, type AnyUser } from 'nestjs-token-auth';
import {
  Column,
  CreateDateColumn,
  DataSource,
  DefaultNamingStrategy,
  Entity,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  type DataSourceOptions,
} from 'typeorm';
import { expect, it } from 'vitest';
import { credentialsOf, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, told } from '../support/client.js';
import { witness } from '../support/current-user.js';
import { createDatabase } from '../support/databases.js';

/** Times as a table of another kind keeps them. */
const isoText = {
  to: (value: Date | null | undefined) => value?.toISOString() ?? value,
  from: (value: string | null) => (value === null ? null : new Date(value)),
};

/** A table that was there before, with names of its own throughout. */
@Entity({ name: 'people' })
class LegacyUser extends TokenAuthUser {
  @PrimaryGeneratedColumn({ name: 'person_id' })
  declare id: number;

  @Column({ name: 'auth_provider', type: 'varchar', length: 64, default: 'email' })
  declare provider: string;

  @Column({ name: 'login', type: 'varchar', length: 255 })
  declare uid: string;

  @Column({ name: 'mail', type: 'varchar', length: 255, nullable: true })
  declare email: string | null;

  @Column({ name: 'password digest', type: 'varchar', length: 255, nullable: true, select: false })
  declare encryptedPassword?: string | null;

  @Column({ name: 'order', type: 'int', default: 0, select: false })
  declare authEpoch?: number;

  @Column({ name: 'confirmed', type: 'varchar', length: 32, nullable: true, select: false, transformer: isoText })
  declare confirmedAt?: Date | null;

  @Column({ name: 'next mail', type: 'varchar', length: 255, nullable: true, select: false })
  declare unconfirmedEmail?: string | null;

  @Column({ name: 'failures', type: 'int', default: 0, select: false })
  declare failedAttempts?: number;

  @Column({ name: 'locked', type: 'varchar', length: 32, nullable: true, select: false, transformer: isoText })
  declare lockedAt?: Date | null;

  @CreateDateColumn({ name: 'made_at' })
  declare createdAt: Date;

  @UpdateDateColumn({ name: 'changed_at' })
  declare updatedAt: Date;
}

/** Names tables and columns as databases other than TypeORM's do. */
class SnakeNaming extends DefaultNamingStrategy {
  override tableName(className: string, customName: string | undefined): string {
    return customName ?? `app_${snake(className)}`;
  }
  override columnName(property: string, customName: string, prefixes: string[]): string {
    return snake([...prefixes, customName || property].join('_'));
  }
  override joinColumnName(relation: string, referenced: string): string {
    return `fk_${snake(relation)}_${snake(referenced)}`;
  }
}

class PrefixNaming extends DefaultNamingStrategy {
  override columnName(property: string, customName: string): string {
    return `c_${customName || property}`;
  }
}

const snake = (name: string) => name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();

@Entity()
class Admin extends TokenAuthUser<string> {
  @PrimaryGeneratedColumn('uuid')
  declare id: string;

  @Column({ name: 'mail', type: 'varchar', length: 100, nullable: true })
  declare email: string | null;
}

@Entity()
class Visitor extends TokenAuthUser {}

const seen = witness();

/** Signs up and in, rotates, ends all clients and signs in once more. */
async function liveThrough(app: TestApp, entity: Type<AnyUser>): Promise<void> {
  const { email, answer: up } = await newAccount(app);
  expect(Object.keys(up.body.data as object)).toEqual(
    expect.arrayContaining(['id', 'provider', 'uid', 'email', 'created_at', 'updated_at']),
  );
  const client = new ProtocolClient(app, credentialsOf(await signIn(app, { email, password: PASSWORD })));
  app.clock.advance('6s');
  const answer = await client.go(seen.path);
  expect([answer.status, told(answer)]).toEqual([200, 'token']);
  const stored = await app.dataSource.getRepository(entity).findOneByOrFail({ email });
  expect(seen.user()).toStrictEqual(stored);
  const tokens = app.nest.get(TokenService);
  expect(await tokens.list(stored)).toHaveLength(2);
  await tokens.revokeAll(stored);
  expect((await client.go(seen.path)).status).toBe(401);
  const again = await signIn(app, { email, password: PASSWORD });
  expect((await send(app.url + seen.path, { headers: credentialsOf(again) })).status).toBe(200);
}

onEveryDatabase('a user table', (platform) => {
  it('with names of its own for all of its columns', async () => {
    const auth = { userEntity: LegacyUser, passwordCost: 6 };
    const app = await TestApp.start(platform, { auth, controllers: [seen.controller] });
    try {
      const { columns } = app.dataSource.getMetadata(LegacyUser);
      expect(new Set(columns.map(({ databaseName }) => databaseName))).toEqual(
        new Set([
          'auth_provider',
          'changed_at',
          'confirmed',
          'failures',
          'locked',
          'login',
          'made_at',
          'mail',
          'next mail',
          'order',
          'password digest',
          'person_id',
        ]),
      );
      await liveThrough(app, LegacyUser);

      const weak = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
      const { id, email } = (await app.user({ encryptedPassword: weak })) as LegacyUser;
      expect((await signIn(app, { email, password: 'U*U' })).status).toBe(200);
      const users = app.dataSource.getRepository(LegacyUser).createQueryBuilder('user');
      const { encryptedPassword } = await users.addSelect('user.encryptedPassword').where({ id }).getOneOrFail();
      expect(encryptedPassword).toMatch(/^\$2[aby]\$06\$/);
      expect((await signIn(app, { email, password: 'U*U' })).status).toBe(200);
    } finally {
      await app.close();
    }
  });

  it.each([LegacyUser, User, Admin])('under a naming strategy: $name', async (userEntity) => {
    const dataSource = { namingStrategy: new SnakeNaming() };
    const app = await TestApp.start(platform, { auth: { userEntity }, dataSource, controllers: [seen.controller] });
    try {
      const { tableName, columns } = app.dataSource.getMetadata(tokenEntityFor<AnyUser>(userEntity));
      expect(tableName).toBe(`app_${snake(userEntity.name)}_auth_token`);
      expect(columns.map(({ databaseName }) => databaseName)).toEqual(
        expect.arrayContaining(['token_hash', 'batch_open_until', 'fk_user_id']),
      );
      await liveThrough(app, userEntity);
    } finally {
      await app.close();
    }
  });

  it('by a naming strategy, where nobody has the address of an attempt', async () => {
    const dataSource = { namingStrategy: new PrefixNaming() };
    const app = await TestApp.start(platform, { auth: { userEntity: Visitor, lockable: true }, dataSource });
    try {
      const attempt = () => signIn(app, { email: 'nobody@example.com', password: 'wrong horse' });
      expect([(await attempt()).status, (await attempt()).status]).toEqual([401, 401]);
    } finally {
      await app.close();
    }
  });

  it('beside another one whose class overrides columns', async () => {
    // Naming the class is what makes its own columns count.
    const entities = [Admin, tokenEntityFor(Admin), Visitor];
    const auth = { userEntity: Visitor };
    const app = await TestApp.start(platform, { auth, entities, controllers: [seen.controller] });
    try {
      const column = (entity: Function, property: string) =>
        app.dataSource.getMetadata(entity).findColumnWithPropertyName(property);
      expect([column(Visitor, 'email')?.databaseName, column(Visitor, 'email')?.length]).toEqual(['email', '255']);
      expect([column(Admin, 'email')?.databaseName, column(Admin, 'email')?.length]).toEqual(['mail', '100']);
      expect([column(Visitor, 'id')?.generationStrategy, column(Admin, 'id')?.generationStrategy]).toEqual([
        'increment',
        'uuid',
      ]);
      await liveThrough(app, Visitor);
    } finally {
      await app.close();
    }
  });

  it('in a data source that is made without Nest', async () => {
    const database = await createDatabase(platform.database);
    const source = new DataSource({
      ...database.options,
      entities: entitiesFor(LegacyUser),
      synchronize: true,
    } as DataSourceOptions);
    await source.initialize();
    try {
      const user = await source.getRepository(LegacyUser).save({ email: 'ada@example.com', uid: 'ada@example.com' });
      const tokens = source.getRepository(tokenEntityFor(LegacyUser));
      expect(await tokens.findBy({ user: { id: user.id } })).toEqual([]);
      // What the module itself would make differs in nothing.
      const dataSource = { autoLoadEntities: false, entities: source.options.entities as [] };
      const app = await TestApp.start(platform, { auth: { userEntity: LegacyUser }, database, dataSource });
      try {
        const pending = await app.dataSource.driver.createSchemaBuilder().log();
        expect(pending.upQueries.map(({ query }) => query)).toEqual([]);
        const { uid } = await app.nest.get(TokenService).issue(user);
        expect(await tokens.find({ relations: { user: true } })).toMatchObject([{ uid, user: { id: user.id } }]);
      } finally {
        await app.close();
      }
    } finally {
      await source.destroy();
      await database.drop();
    }
  });

  it('in a data source that has a name', async () => {
    const database = await createDatabase(platform.database);
    const other = { ...database.options, name: 'other', autoLoadEntities: true, synchronize: true };
    const app = await TestApp.start(platform, {
      auth: { userEntity: Visitor, dataSource: 'other' },
      imports: [TypeOrmModule.forRoot(other as DataSourceOptions)],
      controllers: [seen.controller],
    });
    try {
      const source = app.nest.get<DataSource>(getDataSourceToken('other'));
      const { email, answer } = await newAccount(app);
      expect((await send(app.url + seen.path, { headers: credentialsOf(answer) })).status).toBe(200);
      expect(seen.user()).toStrictEqual(await source.getRepository(Visitor).findOneBy({ email }));
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      expect(await source.getRepository(tokenEntityFor(Visitor)).count()).toBe(2);
      expect(await source.getRepository(Visitor).count()).toBe(1);
    } finally {
      await app.close();
      await database.drop();
    }
  });
});
