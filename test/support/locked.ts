import { expect } from 'vitest';
import { signIn } from './accounts.js';
import { User, type TestApp } from './app.js';

/** Locks an account that wrong passwords lock. */
export async function lock(app: TestApp, email: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    if (await isLocked(app, email)) return;
    expect((await signIn(app, { email, password: 'wrong' })).status).toBe(401);
  }
  throw new Error('Fifty wrong passwords have not locked the account.');
}

export async function isLocked(app: TestApp, email: string): Promise<boolean> {
  const users = app.dataSource.getRepository(User).createQueryBuilder('user').addSelect('user.lockedAt');
  return (await users.where({ email }).getOneOrFail()).lockedAt !== null;
}
