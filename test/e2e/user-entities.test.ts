import { TokenAuthUser, type AnyUser } from 'nestjs-token-auth';
import {
  AfterLoad,
  ChildEntity,
  Column,
  DeleteDateColumn,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  RelationId,
  TableInheritance,
  VersionColumn,
  VirtualColumn,
  type FindOptionsWhere,
} from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, freshEmail, signIn, signUp } from '../support/accounts.js';
import { onEveryDatabase, TestApp, type Platform } from '../support/app.js';
import { ProtocolClient } from '../support/client.js';
import { witness } from '../support/current-user.js';

class Money {
  constructor(readonly cents: number) {}
}

class Street {
  @Column({ type: 'varchar', default: '' })
  name!: string;

  @Column({ type: 'int', nullable: true })
  number!: number | null;
}

class Address {
  @Column({ type: 'varchar', nullable: true })
  city!: string | null;

  @Column(() => Street)
  street!: Street;
}

@Entity()
class Team {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar' })
  name!: string;
}

@Entity()
class Member extends TokenAuthUser {
  @Column({
    type: 'varchar',
    nullable: true,
    transformer: {
      to: (value: Money | null) => (value == null ? null : String(value.cents)),
      from: (value: string | null) => (value === null ? null : new Money(Number(value))),
    },
  })
  budget!: Money | null;

  @Column(() => Address)
  address!: Address;

  @Column({ type: 'varchar', select: false, default: 'hidden' })
  secret?: string;

  @Column({ type: 'simple-json', nullable: true })
  settings!: { theme: string; list: number[] } | null;

  @Column({ type: 'simple-array', nullable: true })
  tags!: string[] | null;

  @Column({ type: Boolean, default: false })
  active!: boolean;

  @Column({ type: Date, nullable: true })
  bornAt!: Date | null;

  @Column({ type: 'date', nullable: true })
  joinedOn!: string | null;

  @Column({ type: 'decimal', precision: 10, scale: 2, nullable: true })
  share!: string | number | null;

  @VersionColumn()
  version!: number;

  @ManyToOne(() => Team, { eager: true, nullable: true })
  team!: Team | null;

  @RelationId((member: Member) => member.team)
  teamId!: number | null;

  @OneToMany(() => Phone, (phone) => phone.member, { eager: true, cascade: true })
  phones!: Phone[];

  @VirtualColumn({ query: () => `SELECT 41 + 1` })
  answer!: number;

  loaded?: string;

  @AfterLoad()
  remember(): void {
    this.loaded = `loaded ${this.email}`;
  }
}

/** What is loaded without TypeORM's own queries: columns of every kind, and no relation that comes with them. */
@Entity()
class Plain extends TokenAuthUser<string> {
  @PrimaryGeneratedColumn('uuid')
  declare id: string;

  @Column({ name: 'handle', type: 'varchar', length: 255 })
  declare uid: string;

  @Column({
    type: 'varchar',
    nullable: true,
    transformer: [
      {
        to: (value: Money | null) => value?.cents ?? null,
        from: (cents: number | null) => (cents === null ? null : new Money(cents)),
      },
      {
        to: (cents: number | null) => (cents === null ? null : String(cents)),
        from: (value: string | null) => (value === null ? null : Number(value)),
      },
    ],
  })
  budget!: Money | null;

  @Column({
    type: 'int',
    nullable: true,
    transformer: { to: (value: number | null) => value, from: (value: number | null) => value ?? 'none' },
  })
  limit!: number | string | null;

  @Column(() => Address)
  address!: Address;

  @Column({ type: 'varchar', select: false, default: 'hidden' })
  secret?: string;

  @Column({ type: 'simple-json', nullable: true })
  settings!: { theme: string } | null;

  @Column({ type: 'simple-array', nullable: true })
  tags!: string[] | null;

  @Column({ type: Boolean, default: false })
  active!: boolean;

  @Column({ type: Date, nullable: true })
  bornAt!: Date | null;

  @Column({ type: 'date', nullable: true })
  joinedOn!: string | null;

  @Column({ type: 'decimal', precision: 10, scale: 2, nullable: true })
  share!: string | number | null;

  @Column({ type: 'float', nullable: true })
  ratio!: number | null;

  @Column({ type: 'bigint', nullable: true })
  big!: string | number | null;

  @Column({ type: Number, nullable: true })
  count!: number | null;

  @VersionColumn()
  version!: number;

  @ManyToOne(() => Team, { nullable: true })
  team!: Team | null;

  @ManyToOne(() => Team, { nullable: true, lazy: true })
  later!: Promise<Team | null>;

  @VirtualColumn({ query: (alias) => `SELECT ${alias}.version + 41` })
  answer!: number;

  loaded?: string;

  @AfterLoad()
  async remember(): Promise<void> {
    await Promise.resolve();
    this.loaded = `loaded ${this.email}`;
  }
}

/** PostgreSQL and MySQL shorten the name that TypeORM gives to such a column in a query. */
@Entity()
class Verbose extends TokenAuthUser {
  @Column({ type: 'varchar', default: 'kept' })
  aPropertyWhoseNameIsAsLongAsTheNameOfAColumnCanBeOnPostgres1!: string;
}

@Entity()
class Phone {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar' })
  number!: string;

  @ManyToOne(() => Member, (member) => member.phones)
  member!: Member;
}

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
class Person extends TokenAuthUser {
  title?: string;

  // Not in a child: TypeORM calls the listeners of all children for each of them.
  @AfterLoad()
  address(): void {
    this.title = `${this.constructor.name} ${this.uid}`;
  }
}

@ChildEntity()
class Employee extends Person {
  @Column({ type: 'int', nullable: true })
  salary!: number;
}

@ChildEntity()
class Guest extends Person {
  @Column({ type: 'varchar', nullable: true })
  company!: string;
}

@Entity()
class Leaver extends TokenAuthUser {
  @DeleteDateColumn()
  deletedAt!: Date | null;
}

const seen = witness();

async function start(platform: Platform, userEntity: new () => AnyUser, entities: Function[]): Promise<TestApp> {
  return await TestApp.start(platform, { auth: { userEntity }, entities, controllers: [seen.controller] });
}

/** What `@CurrentUser()` gave, beside what the repository gives. */
async function bothUsers<U extends TokenAuthUser>(
  app: TestApp,
  entity: new () => U,
  user: U,
): Promise<[current: unknown, stored: U | null]> {
  const client = await ProtocolClient.signedIn(app, user);
  expect((await client.go(seen.path)).status).toBe(200);
  const stored = await app.dataSource.getRepository(entity).findOneBy({ id: user.id } as FindOptionsWhere<U>);
  return [seen.user(), stored];
}

onEveryDatabase('the current user is what the repository loads', (platform) => {
  describe('with columns and relations of every kind', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start(platform, Member, [Team, Phone]);
    });
    afterAll(() => app.close());

    it('when they are filled', async () => {
      const team = await app.dataSource.getRepository(Team).save({ name: 'Blue' });
      const member = (await app.user({
        budget: new Money(1250),
        address: { city: 'Łódź', street: { name: 'Long', number: 7 } },
        secret: 'not loaded',
        settings: { theme: 'dark', list: [1, 2, 3] },
        tags: ['a', 'b'],
        active: true,
        bornAt: new Date('1990-02-03T04:05:06.000Z'),
        joinedOn: '2020-01-02',
        share: '12.50',
        team,
        phones: [{ number: '1' }, { number: '2' }],
      })) as Member;
      const [current, stored] = await bothUsers(app, Member, member);
      expect(current).toStrictEqual(stored);
      expect(current).toBeInstanceOf(Member);
      expect(stored).toMatchObject({
        budget: new Money(1250),
        address: { city: 'Łódź', street: { name: 'Long', number: 7 } },
        team: { name: 'Blue' },
        teamId: team.id,
        active: true,
        version: 1,
        loaded: `loaded ${member.email}`,
      });
      expect(Number(stored?.answer)).toBe(42);
      expect(stored?.phones).toHaveLength(2);
      const { secret, encryptedPassword, authEpoch } = current as Member;
      expect([secret, encryptedPassword, authEpoch]).toEqual([undefined, undefined, undefined]);
    });

    it('when they are empty', async () => {
      const [current, stored] = await bothUsers(app, Member, (await app.user()) as Member);
      expect(current).toStrictEqual(stored);
      expect(stored).toMatchObject({ budget: null, team: null, phones: [] });
    });

    it('whoever else is in the tables', async () => {
      const members = [await app.user({ phones: [{ number: '3' }] }), await app.user({ phones: [{ number: '4' }] })];
      for (const member of members as Member[]) {
        const [current, stored] = await bothUsers(app, Member, member);
        expect(current).toStrictEqual(stored);
      }
    });

    it('signs up and in, and shows its columns', async () => {
      const email = freshEmail();
      const up = await signUp(app, { email, password: PASSWORD });
      expect([up.status, up.body.data]).toMatchObject([200, { email, active: false, version: 1, budget: null }]);
      const answer = await signIn(app, { email, password: PASSWORD });
      expect(answer.status).toBe(200);
      for (const { data } of [up.body, answer.body]) {
        expect(data).toMatchObject({ address_city: null, address_street_number: null, settings: null });
        for (const key of ['secret', 'encrypted_password', 'auth_epoch', 'team', 'team_id', 'phones']) {
          expect(Object.keys(data as object)).not.toContain(key);
        }
      }
    });

    it('a rotation and a sign-out leave the row of the user alone', async () => {
      const member = (await app.user({ budget: new Money(1) })) as Member;
      const repository = app.dataSource.getRepository(Member);
      const before = await repository.findOneBy({ id: member.id });
      const client = await ProtocolClient.signedIn(app, member);
      expect((await client.go(seen.path)).status).toBe(200);
      expect((await client.go('/auth/sign_out', { method: 'DELETE' })).status).toBe(200);
      expect(await repository.findOneBy({ id: member.id })).toStrictEqual(before);
    });
  });

  describe('with columns of every kind and no eager relation', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start(platform, Plain, [Team]);
    });
    afterAll(() => app.close());

    it('when they are filled', async () => {
      const team = await app.dataSource.getRepository(Team).save({ name: 'Blue' });
      const plain = (await app.user({
        budget: new Money(1250),
        limit: 5,
        address: { city: 'Łódź', street: { name: 'Long', number: 7 } },
        settings: { theme: 'dark' },
        tags: ['a', 'b'],
        active: true,
        bornAt: new Date('1990-02-03T04:05:06.000Z'),
        joinedOn: '2020-01-02',
        share: '12.50',
        ratio: 0.1,
        big: '9007199254740993',
        count: 7,
        team,
      })) as Plain;
      await app.dataSource.createQueryBuilder().relation(Plain, 'later').of(plain).set(team);
      const [current, stored] = (await bothUsers<any>(app, Plain, plain)) as [Plain, Plain];
      const shown = Object.keys(stored).filter((key) => !key.startsWith('__'));
      expect(Object.keys(current).filter((key) => !key.startsWith('__'))).toEqual(expect.arrayContaining(shown));
      for (const key of shown) expect([key, current[key as keyof Plain]]).toEqual([key, stored[key as keyof Plain]]);
      expect(current).toBeInstanceOf(Plain);
      expect(current).toMatchObject({
        budget: new Money(1250),
        limit: 5,
        address: { city: 'Łódź', street: { name: 'Long', number: 7 } },
        settings: { theme: 'dark' },
        active: true,
        bornAt: new Date('1990-02-03T04:05:06.000Z'),
        joinedOn: '2020-01-02',
        loaded: `loaded ${plain.email}`,
      });
      expect(Number(current.answer)).toBe(current.version + 41);
      expect([current.team, current.secret, current.authEpoch]).toEqual([undefined, undefined, undefined]);
      expect((await current.later)?.name).toBe('Blue');
    });

    it('when they are empty', async () => {
      const [current, stored] = (await bothUsers<any>(app, Plain, await app.user())) as [Plain, Plain];
      expect(JSON.stringify(current)).toBe(JSON.stringify(stored));
      expect(current).toMatchObject({ budget: null, limit: 'none', settings: null, ratio: null, active: false });
      expect(await current.later).toBeNull();
    });
  });

  it('with a column whose name is shortened in queries', async () => {
    const app = await start(platform, Verbose, []);
    try {
      const [current, stored] = await bothUsers(app, Verbose, (await app.user()) as Verbose);
      expect(current).toStrictEqual(stored);
      expect(Object.values(current as Verbose)).toContain('kept');
    } finally {
      await app.close();
    }
  });

  it('with a subscriber that changes what is loaded', async () => {
    const app = await start(platform, Leaver, []);
    app.dataSource.subscribers.push({
      listenTo: () => Leaver,
      afterLoad: (leaver: Leaver) => void Object.assign(leaver, { seenBy: 'a subscriber' }),
    });
    try {
      const [current, stored] = await bothUsers(app, Leaver, (await app.user()) as Leaver);
      expect(current).toStrictEqual(stored);
      expect(current).toMatchObject({ seenBy: 'a subscriber' });
    } finally {
      await app.close();
    }
  });

  it('with single-table inheritance, as the class that the row says', async () => {
    const app = await start(platform, Person, [Employee, Guest]);
    try {
      const save = async <P extends Person>(entity: new () => P, values: object): Promise<P> => {
        const email = freshEmail();
        return await app.dataSource
          .getRepository(entity)
          .save(Object.assign(new entity(), { email, uid: email, ...values }));
      };
      const employee = await save(Employee, { salary: 100 });
      const guest = await save(Guest, { company: 'ACME' });
      for (const [entity, user] of [
        [Employee, employee],
        [Guest, guest],
      ] as const) {
        const [current, stored] = await bothUsers<Person>(app, Person, user);
        expect(current).toStrictEqual(stored);
        expect(current).toBeInstanceOf(entity);
      }
      expect((await bothUsers<Person>(app, Person, employee))[0]).toMatchObject({
        salary: 100,
        title: `Employee ${employee.uid}`,
      });
    } finally {
      await app.close();
    }
  });

  it('with a child of single-table inheritance as the user entity', async () => {
    const app = await start(platform, Employee, [Person, Guest]);
    try {
      const [current, stored] = await bothUsers(app, Employee, (await app.user({ salary: 5 })) as Employee);
      expect(current).toStrictEqual(stored);
      expect(current).toMatchObject({ salary: 5 });
      const email = freshEmail();
      expect((await signUp(app, { email, password: PASSWORD })).status).toBe(200);
      expect((await signIn(app, { email, password: PASSWORD })).body.data).toMatchObject({ email, salary: null });
      expect(await app.dataSource.getRepository(Guest).count()).toBe(0);
    } finally {
      await app.close();
    }
  });

  it('and softly deleted users are nobody', async () => {
    const app = await start(platform, Leaver, []);
    try {
      const email = freshEmail();
      expect((await signUp(app, { email, password: PASSWORD })).status).toBe(200);
      const repository = app.dataSource.getRepository(Leaver);
      const user = await repository.findOneByOrFail({ email });
      const client = await ProtocolClient.signedIn(app, user);
      expect((await client.go(seen.path)).status).toBe(200);
      expect(seen.user()).toStrictEqual(user);

      await repository.softDelete({ email });
      expect((await client.peek(seen.path)).status).toBe(401);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);

      await repository.restore({ email });
      expect((await client.peek(seen.path)).status).toBe(200);

      await repository.softDelete({ email });
      expect((await client.peek('/auth/sign_out', { method: 'DELETE' })).status).toBe(200);
    } finally {
      await app.close();
    }
  });
});
