import { Injectable } from '@nestjs/common';
import { hash } from 'bcryptjs';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PasswordHasher, PasswordQueueFullError, type PasswordVerdict } from 'nestjs-token-auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshEmail, newAccount, PASSWORD, signIn, signUp } from '../support/accounts.js';
import { onEveryAdapter, onEveryDatabase, TestApp, User } from '../support/app.js';
import { ProtocolClient, send, told } from '../support/client.js';
import { MembersController } from '../support/members.js';
import { quickDigestOf } from '../support/slow-hasher.js';

const SQLITE = { adapter: 'express', database: 'sqlite' } as const;

/** A digest as Devise writes it: the password and the pepper, with Ruby's prefix. */
async function deviseDigest(password: string, cost: number, pepper = ''): Promise<string> {
  return (await hash(password + pepper, cost)).replace(/^\$2b\$/, '$2a$');
}

async function accountWith(app: TestApp, encryptedPassword: string | null): Promise<string> {
  return ((await app.user({ encryptedPassword })) as User).email as string;
}

async function digestOf(app: TestApp, email: string): Promise<string> {
  const users = app.dataSource.getRepository(User).createQueryBuilder('user').addSelect('user.encryptedPassword');
  return (await users.where({ email }).getOneOrFail()).encryptedPassword ?? '';
}

describe.each(['', 'the pepper of this application'])('digests made by Devise with the pepper %j', (pepper) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(SQLITE, { auth: { passwordPepper: pepper } });
  });
  afterAll(() => app.close());

  it.each([10, 11])('of cost %i sign in as they are, and keep their cost', async (cost) => {
    const digest = await deviseDigest(PASSWORD, cost, pepper);
    const email = await accountWith(app, digest);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    expect((await signIn(app, { email, password: `${PASSWORD}!` })).status).toBe(401);
    expect(await digestOf(app, email)).toBe(digest);
  });

  it('need the pepper that they were made with', async () => {
    const email = await accountWith(app, await deviseDigest(PASSWORD, 4, `${pepper}?`));
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(401);
  });

  it.each([
    ['one-byte', 'a', 80, 72],
    ['two-byte', 'é', 40, 36],
    ['four-byte', '🦊', 20, 18],
  ])('are cut off at 72 bytes of %s characters', async (_, character, length, kept) => {
    const email = await accountWith(app, await deviseDigest(character.repeat(length), 4, pepper));
    const statusOf = async (password: string) => (await signIn(app, { email, password })).status;
    expect(await statusOf(character.repeat(length))).toBe(200);
    expect(await statusOf(character.repeat(kept))).toBe(200);
    expect(await statusOf(`${character.repeat(kept)} and more`)).toBe(200);
    expect(await statusOf(character.repeat(kept - 1))).toBe(401);
  });
});

it('digests that other programs made sign in', async () => {
  const app = await TestApp.start(SQLITE);
  try {
    // Published with crypt_blowfish.
    for (const [password, digest] of [
      ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
      ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
      ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
    ] as const) {
      const email = await accountWith(app, digest);
      expect((await signIn(app, { email, password })).status).toBe(200);
      expect((await signIn(app, { email, password: `${password} ` })).status).toBe(401);
    }
  } finally {
    await app.close();
  }
});

onEveryDatabase('a digest that is weaker than configured', (platform) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(platform, { auth: { passwordCost: 6, passwordPepper: 'pepper' } });
  });
  afterAll(() => app.close());

  it('is made anew at the next sign-in, and only then', async () => {
    const weak = await deviseDigest(PASSWORD, 4, 'pepper');
    const email = await accountWith(app, weak);
    expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
    expect(await digestOf(app, email)).toBe(weak);

    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    const strong = await digestOf(app, email);
    expect(strong).toMatch(/^\$2[aby]\$06\$/);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
    expect(await digestOf(app, email)).toBe(strong);
  });

  it('survives several sign-ins at once', async () => {
    const email = await accountWith(app, await deviseDigest(PASSWORD, 4, 'pepper'));
    const answers = await Promise.all(Array.from({ length: 6 }, () => signIn(app, { email, password: PASSWORD })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await digestOf(app, email)).toMatch(/^\$2[aby]\$06\$/);
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
  });

  it('changes nobody else', async () => {
    const weak = await deviseDigest(PASSWORD, 4, 'pepper');
    const [email, other] = [await accountWith(app, weak), await accountWith(app, weak)];
    expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    expect(await digestOf(app, other)).toBe(weak);
  });
});

describe('an account without a usable digest', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start(SQLITE);
  });
  afterAll(() => app.close());

  const tail = 'CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
  it.each([
    null,
    '',
    ' ',
    'U*U',
    'null',
    '$2a$05$',
    `$2a$05$${tail.slice(1)}`,
    `$2a$05$${tail}x`,
    `$2a$03$${tail}`,
    `$2a$99$${tail}`,
    `$2x$05$${tail}`,
    `$2a$xx$${tail}`,
    '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b27Jw',
    '🦊'.repeat(15),
  ])('refuses every password: %j', async (digest) => {
    const email = await accountWith(app, digest);
    for (const password of ['U*U', '', digest ?? 'null']) {
      const answer = await signIn(app, { email, password });
      expect([password, answer.status, told(answer)]).toEqual([password, 401, 'nothing']);
    }
    expect(await digestOf(app, email)).toBe(digest ?? '');
  });
});

describe('a password hasher of the application', () => {
  @Injectable()
  class BackwardsHasher extends PasswordHasher {
    async hash(password: string): Promise<string> {
      return `backwards:${Array.from(password).toReversed().join('')}`;
    }

    async verify(password: string, digest: string | null): Promise<PasswordVerdict> {
      return {
        valid: (await this.hash(password)) === digest?.replace('old-', ''),
        outdated: digest?.startsWith('old-') ?? false,
      };
    }
  }

  it('makes the digests, checks them and says which are outdated', async () => {
    const app = await TestApp.start(SQLITE, { auth: { passwordHasher: BackwardsHasher } });
    try {
      const { email } = await newAccount(app);
      const digest = `backwards:${Array.from(PASSWORD).toReversed().join('')}`;
      expect(await digestOf(app, email)).toBe(digest);
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
      expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
      const outdated = await accountWith(app, `old-${digest}`);
      expect((await signIn(app, { email: outdated, password: PASSWORD })).status).toBe(200);
      expect(await digestOf(app, outdated)).toBe(digest);
    } finally {
      await app.close();
    }
  });
});

describe('a digest that cannot be made anew just now', () => {
  @Injectable()
  class BusyHasher extends PasswordHasher {
    async hash(): Promise<string> {
      throw new PasswordQueueFullError();
    }

    async verify(password: string, digest: string | null): Promise<PasswordVerdict> {
      return { valid: digest === quickDigestOf(password), outdated: true };
    }
  }

  it('stays as it is, and the sign-in goes on', async () => {
    const app = await TestApp.start(SQLITE, { auth: { passwordHasher: BusyHasher } });
    try {
      const email = await accountWith(app, quickDigestOf(PASSWORD));
      const answer = await signIn(app, { email, password: PASSWORD });
      expect([answer.status, told(answer)]).toEqual([200, 'token']);
      expect(await digestOf(app, email)).toBe(quickDigestOf(PASSWORD));
      expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
      expect((await signUp(app, { email: freshEmail(), password: PASSWORD })).status).toBe(503);
    } finally {
      await app.close();
    }
  });
});

onEveryAdapter('the worker of passwords', (platform) => {
  it('refuses what it has no room for with 503 and Retry-After, and goes on afterwards', async () => {
    const app = await TestApp.start(platform, { auth: { passwordCost: 10, passwordQueueLimit: 1 } });
    try {
      const { email } = await newAccount(app);
      const attempts = Array.from({ length: 8 }, (_, each) =>
        each % 2 === 0
          ? signIn(app, { email, password: PASSWORD })
          : signUp(app, { email: freshEmail(), password: PASSWORD }),
      );
      const answers = await Promise.all(attempts);
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThan(0);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(answers.length - refused.length);
      expect(answers.length - refused.length).toBeGreaterThan(0);
      for (const answer of refused) {
        expect([answer.headers.get('retry-after'), told(answer)]).toEqual(['5', 'nothing']);
        expect(answer.body).toEqual({
          success: false,
          errors: ['The service is not available at the moment. Please try again later.'],
        });
      }
      expect((await signIn(app, { email, password: PASSWORD })).status).toBe(200);
    } finally {
      await app.close();
    }
  });

  it('leaves the event loop to guarded requests', async () => {
    const app = await TestApp.start(platform, { auth: { passwordCost: 12 }, controllers: [MembersController] });
    try {
      const { headers } = await ProtocolClient.justSignedIn(app);
      let working = true;
      const attempt = signIn(app, { email: freshEmail(), password: PASSWORD }).finally(() => (working = false));
      let served = 0;
      while (working) {
        if ((await send(`${app.url}/members`, { headers })).status === 200) served++;
      }
      expect((await attempt).status).toBe(401);
      // On the event loop bcrypt gives way every tenth of a second: two or three requests would be served.
      expect(served).toBeGreaterThan(8);
    } finally {
      await app.close();
    }
  });
});

it.each(['close', 'leave'])('the worker keeps no process alive that has nothing more to do (%s)', async (way) => {
  const script = fileURLToPath(new URL('../support/exits-by-itself.mjs', import.meta.url));
  // Rejects when the process has to be killed or fails.
  const { stdout } = await promisify(execFile)(process.execPath, [script, way], { timeout: 15_000 });
  expect(JSON.parse(stdout)).toEqual({ valid: true, uid: 'ada@example.com' });
});
