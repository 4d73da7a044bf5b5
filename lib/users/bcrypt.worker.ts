import { compare, getRounds, hash } from 'bcryptjs';
import type { PasswordVerdict } from './password-hasher.js';

/** What the pool sends to its worker: to hash when there is no digest to check. */
export interface BcryptTask {
  readonly password: string;
  readonly cost: number;
  /** The digest to check; null for an account without one; absent to make one. */
  readonly digest?: string | null;
}

/** Runs in a worker thread: bcrypt takes a fifth of a second, which must not stall the event loop. */
export default async function bcrypt({ password, cost, digest }: BcryptTask): Promise<string | PasswordVerdict> {
  if (digest === undefined) return await hash(password, cost);
  const storedCost = digest === null ? null : costOf(digest);
  const valid = digest !== null && storedCost !== null && (await compare(password, digest));
  // A check costs the configured work, whatever the stored cost and whether there is a digest; the right password's too, or
  // an account that is locked would tell it by answering sooner.
  await spend(password, storedCost, cost);
  return { valid, outdated: storedCost !== null && storedCost < cost };
}

/** The cost of a digest that bcryptjs can read, or null: it throws at any other. */
function costOf(digest: string): number | null {
  return /^\$2[aby]?\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/.test(digest) ? getRounds(digest) : null;
}

/** Each step of the cost doubles the work: 2^s + 2^s + 2^(s+1) + … + 2^(c-1) = 2^c. */
async function spend(password: string, spentCost: number | null, cost: number): Promise<void> {
  if (spentCost === null) await hash(password, cost);
  else for (let rest = spentCost; rest < cost; rest++) await hash(password, rest);
}
