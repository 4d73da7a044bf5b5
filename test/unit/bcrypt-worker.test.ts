import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import bcrypt from '../../lib/users/bcrypt.worker.js';

/** How often bcrypt's inner loop ran: 2 to the power of the cost. A count, because a time would depend on the machine. */
const work = vi.hoisted(() => ({ units: 0 }));

vi.mock('bcryptjs', async (original) => {
  const real = await original<typeof import('bcryptjs')>();
  return {
    ...real,
    hash: async (password: string, cost: number) => {
      work.units += 2 ** cost;
      return await real.hash(password, cost);
    },
    compare: async (password: string, digest: string) => {
      work.units += 2 ** real.getRounds(digest);
      return await real.compare(password, digest);
    },
  };
});

const { hash: digestOf } = await vi.importActual<typeof import('bcryptjs')>('bcryptjs');
const PASSWORD = 'correct horse';

describe('the work of one check of a password', () => {
  beforeEach(() => {
    work.units = 0;
  });
  afterEach(() => vi.clearAllMocks());

  it.each([4, 5, 6, 7])('is the configured cost for a wrong password, with a stored cost of %i', async (stored) => {
    const verdict = await bcrypt({ password: 'wrong', cost: 7, digest: await digestOf(PASSWORD, stored) });
    expect([verdict, work.units]).toEqual([{ valid: false, outdated: stored < 7 }, 2 ** 7]);
  });

  it.each([null, '', 'garbage', '$2a$04$short'])('is the configured cost with the digest %j', async (digest) => {
    const verdict = await bcrypt({ password: PASSWORD, cost: 7, digest });
    expect([verdict, work.units]).toEqual([{ valid: false, outdated: false }, 2 ** 7]);
  });

  it('is the stored cost for a digest that is stronger than configured', async () => {
    const digest = await digestOf(PASSWORD, 6);
    expect(await bcrypt({ password: 'wrong', cost: 4, digest })).toEqual({ valid: false, outdated: false });
    expect(work.units).toBe(2 ** 6);
  });

  // While an account is locked or unconfirmed, right and wrong passwords are answered alike: not sooner either.
  it.each([4, 5, 6])('is the configured cost for the right password, with a stored cost of %i', async (stored) => {
    const digest = await digestOf(PASSWORD, stored);
    expect(await bcrypt({ password: PASSWORD, cost: 6, digest })).toEqual({ valid: true, outdated: stored < 6 });
    expect(work.units).toBe(2 ** 6);
  });
});

describe('making a digest', () => {
  it('costs what is configured', async () => {
    expect(await bcrypt({ password: PASSWORD, cost: 6 })).toMatch(/^\$2[aby]\$06\$/);
  });
});

describe('a digest that bcrypt cannot read', () => {
  const rest = 'CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
  it.each(['$2x$05$', '$2z$05$', '$2a$00$', '$2a$03$', '$2a$32$', '$2a$99$', '$3a$05$', '$2a$5$'])(
    'such as %s… fits no password',
    async (head) => {
      expect(await bcrypt({ password: 'U*U', cost: 4, digest: head + rest })).toMatchObject({ valid: false });
    },
  );

  it.each(['$2a$05$', '$2b$05$', '$2y$05$'])('unlike one that starts with %s', async (head) => {
    expect(await bcrypt({ password: 'U*U', cost: 4, digest: head + rest })).toMatchObject({ valid: true });
  });
});
