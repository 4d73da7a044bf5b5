import { randomUUID } from 'node:crypto';
import { TokenAuthUser, TokenService, tokenEntityFor, type AnyUser } from 'nestjs-token-auth';
import { BeforeInsert, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialsOf, newAccount, PASSWORD, signIn } from '../support/accounts.js';
import { onEveryDatabase, TestApp } from '../support/app.js';
import { ProtocolClient, send, told } from '../support/client.js';
import { witness } from '../support/current-user.js';

@Entity()
class NumberedUser extends TokenAuthUser {}

@Entity()
class UuidUser extends TokenAuthUser<string> {
  @PrimaryGeneratedColumn('uuid')
  declare id: string;
}

@Entity()
class NamedUser extends TokenAuthUser<string> {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  declare id: string;

  @BeforeInsert()
  assignId(): void {
    this.id ??= `user/${randomUUID()}`.slice(0, 40);
  }
}

@Entity()
class RenamedUser extends TokenAuthUser {
  @PrimaryGeneratedColumn({ name: 'user_no' })
  declare id: number;
}

/** Beyond what a number can hold. */
let serial = 9007199254740993n;

@Entity()
class BigUser extends TokenAuthUser<string> {
  @PrimaryColumn({ type: 'bigint' })
  declare id: string;

  @BeforeInsert()
  assignId(): void {
    this.id ??= String(serial++);
  }
}

@Entity()
class NativeBigUser extends TokenAuthUser<bigint> {
  @PrimaryColumn({
    type: 'bigint',
    transformer: {
      to: (value: bigint | undefined) => value?.toString(),
      from: (value: string | number) => BigInt(value),
    },
  })
  declare id: bigint;

  @BeforeInsert()
  assignId(): void {
    this.id ??= serial++ % 100_000n;
  }
}

@Entity()
class QuotedUser extends TokenAuthUser<string> {
  @PrimaryColumn({ type: 'varchar', length: 40 })
  declare id: string;

  @BeforeInsert()
  assignId(): void {
    this.id ??= `O'Neill "${randomUUID().slice(0, 8)}" \\ %`;
  }
}

const KEYS: [string, new () => AnyUser, RegExp][] = [
  ['a number', NumberedUser, /^\d+$/],
  ['a uuid', UuidUser, /^[\da-f-]{36}$/],
  ['a text of the application', NamedUser, /^user\//],
  ['a column of another name', RenamedUser, /^\d+$/],
  ['a bigint as text', BigUser, /^90071992547\d+$/],
  ['a native bigint', NativeBigUser, /^\d+$/],
  ['a text that needs quoting', QuotedUser, /^O'Neill/],
];

onEveryDatabase('a primary key that is', (platform) => {
  // SQLite drivers read integers as numbers, so that large ones are not exact.
  const possible = KEYS.filter(([, entity]) => platform.database !== 'sqlite' || entity !== BigUser);
  it.each(possible)('%s', async (_, userEntity, pattern) => {
    const seen = witness();
    const app = await TestApp.start(platform, { auth: { userEntity }, controllers: [seen.controller] });
    try {
      const users = app.dataSource.getRepository<AnyUser>(userEntity);
      await newAccount(app);
      const { email, answer: up } = await newAccount(app);
      expect(String(up.body.data.id)).toMatch(pattern);
      const answer = await signIn(app, { email, password: PASSWORD });
      expect([answer.status, told(answer), answer.body.data.id]).toEqual([200, 'token', up.body.data.id]);

      const client = new ProtocolClient(app, credentialsOf(answer));
      app.clock.advance('6s');
      const rotated = await client.go(seen.path);
      expect([rotated.status, told(rotated)]).toEqual([200, 'token']);
      const stored = await users.findOneByOrFail({ email });
      expect(seen.user()).toStrictEqual(stored);

      const tokens = app.nest.get(TokenService);
      const clients = await tokens.list(stored);
      expect(clients).toHaveLength(2);
      const other = await tokens.issue(stored);
      expect(await tokens.list(stored)).toHaveLength(3);
      expect(await tokens.authenticate(other)).toMatchObject({ user: { id: stored.id } });
      const kept = clients.find(({ lastUsedAt }) => lastUsedAt.getTime() === app.clock.now());
      expect(await tokens.revokeOthers(stored, kept?.id ?? '')).toBe(2);
      expect((await client.go(seen.path)).status).toBe(200);

      await tokens.revokeAll(stored);
      expect((await client.go(seen.path)).status).toBe(401);
      // The account that was made first has kept its client.
      expect(await app.rows()).toHaveLength(1);

      const again = await signIn(app, { email, password: PASSWORD });
      const headers = credentialsOf(again);
      expect((await send(`${app.url}/auth/sign_out`, { method: 'DELETE', headers })).status).toBe(200);
    } finally {
      await app.close();
    }
  });
});

onEveryDatabase('deleting a user', (platform) => {
  let app: TestApp;
  const seen = witness();
  beforeAll(async () => {
    app = await TestApp.start(platform, { auth: { userEntity: UuidUser }, controllers: [seen.controller] });
  });
  afterAll(() => app.close());

  it('ends the clients of that user and of nobody else', async () => {
    const user = (await app.user()) as UuidUser;
    const clients = [await ProtocolClient.signedIn(app, user), await ProtocolClient.signedIn(app, user)];
    const other = await ProtocolClient.signedIn(app);
    await app.dataSource.getRepository(UuidUser).delete({ id: user.id });
    for (const client of clients) {
      const answer = await client.go(seen.path);
      expect([answer.status, told(answer)]).toEqual([401, 'nothing']);
      expect((await client.go('/auth/sign_out', { method: 'DELETE' })).status).toBe(404);
    }
    expect((await other.go(seen.path)).status).toBe(200);
    expect(await app.dataSource.getRepository(tokenEntityFor(UuidUser)).count()).toBe(1);
  });
});
