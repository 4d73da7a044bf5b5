import { IsOptional, IsString } from 'class-validator';
import type { TokenAuthModuleOptions } from 'nestjs-token-auth';
import { DeleteDateColumn, Entity } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { PASSWORD, signIn, signUp } from './accounts.js';
import { on, TestApp, User, type AppOptions, type Platform, type PlatformTests } from './app.js';
import { ProtocolClient, type Answer } from './client.js';
import { DATABASES } from './databases.js';
import { EventRecorder, type Told } from './event-recorder.js';
import { follow, Mailbox, PAGE } from './mailbox.js';
import { MembersController } from './members.js';

export const ADA = 'ada@example.com';
export const GRACE = 'grace@example.com';

/** The user agent of the tests' own requests. */
export const HERE = 'node';

export class ProfileDto {
  @IsOptional()
  @IsString()
  name?: string;
}

@Entity()
export class SoftUser extends User {
  @DeleteDateColumn()
  deletedAt!: Date | null;
}

/** An application with one account, and what it tells of it. */
export class Stage {
  private constructor(
    readonly app: TestApp,
    readonly mailbox: Mailbox,
    readonly recorder: EventRecorder,
    readonly user: User,
  ) {}

  static async start(platform: Platform, auth: Partial<TokenAuthModuleOptions<any>> = {}, options: AppOptions = {}) {
    const mailbox = await Mailbox.open();
    const app = await TestApp.start(platform, {
      controllers: [MembersController],
      ...options,
      auth: { ...mailbox.options, accountUpdateDto: ProfileDto, ...auth },
    });
    const recorder = new EventRecorder(app);
    await signUp(app, { email: ADA, password: PASSWORD, confirm_success_url: PAGE });
    // What a sign-up has signed in is not what the tests are about.
    const entity = auth.userEntity ?? User;
    const user = await app.dataSource.getRepository<User>(entity).findOneByOrFail({ email: ADA });
    for (const { id } of await app.rows()) recorder.call(id, 'of the sign-up');
    return new Stage(app, mailbox, recorder, user);
  }

  /** Signs Ada in by a program, as a client of this name; the batch of its sign-in has closed. */
  async client(name: string): Promise<ProtocolClient> {
    const client = await ProtocolClient.signedIn(this.app, this.user);
    this.recorder.call((await this.app.rowOf(client))?.id ?? '', name);
    return client;
  }

  async signIn(password = PASSWORD, email = ADA): Promise<Answer> {
    return await signIn(this.app, { email, password });
  }

  /** Follows the link in the newest mail. */
  async followLink(to = ADA): Promise<Answer> {
    return await follow(this.app, await this.mailbox.linkTo(this.app, to));
  }

  async confirm(): Promise<void> {
    if ((await this.followLink()).status !== 302) throw new Error('The link has confirmed nothing.');
  }

  async lock(): Promise<void> {
    while ((await this.signIn('wrong')).status === 401 && !(await this.isLocked()));
  }

  private async isLocked(): Promise<boolean> {
    const users = this.app.dataSource.getRepository(User).createQueryBuilder('user').addSelect('user.lockedAt');
    return (await users.getOneOrFail()).lockedAt !== null;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.mailbox.close();
  }
}

/** Something that can be done, and all of the events that it causes, in their order. */
export interface Way {
  readonly auth?: Partial<TokenAuthModuleOptions<any>>;
  /** What comes before, with its own events. */
  readonly before?: (stage: Stage) => Promise<unknown>;
  readonly act: (stage: Stage) => Promise<unknown>;
  readonly events: readonly Told[];
}

/** Runs a group of tests on every database, with Fastify on one of them: for long tables. */
export function onPairs(name: string, tests: PlatformTests): void {
  for (const database of DATABASES)
    on({ adapter: database === 'postgres' ? 'fastify' : 'express', database }, name, tests);
}

/** Tests each of the ways. */
export function testWays(name: string, ways: Record<string, Way>): void {
  onPairs(name, (platform) => {
    let stage: Stage;
    afterEach(() => stage.close());

    it.each(Object.entries(ways))('%s', async (_, { auth, before, act, events }) => {
      stage = await Stage.start(platform, auth);
      await before?.(stage);
      expect(await stage.recorder.during(() => act(stage))).toEqual(events);
    });
  });
}
