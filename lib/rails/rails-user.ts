import { normalizeEmail } from '../users/email.js';
import type { AnyUser, UserId } from '../users/token-auth-user.entity.js';
import { instantOf } from './instant.js';
import type { RailsRow } from './rails-rows.js';

/** A row that cannot be moved, whatever the database thinks of it. */
export class UnusableRowError extends Error {
  override readonly name = 'UnusableRowError';
}

/** What of a user is moved. Where Rails has no such column there is no such property, and the column keeps its default. */
export type UserValues<U> = Partial<U> & Pick<AnyUser, 'id' | 'provider' | 'uid' | 'email'>;

/**
 * The values of a user of this application for a row of Rails.
 *
 * @param own - the application's own columns; they win.
 * @param providers - how providers are called here.
 * @throws UnusableRowError for a row that names nobody.
 */
export function userValues<U extends AnyUser>(
  row: RailsRow,
  own: Partial<U>,
  providers: Readonly<Record<string, string>>,
): UserValues<U> {
  const id = idOf(row);
  if (id === null) throw new UnusableRowError('The row has no id.');
  const values = { ...moved(row), ...own };
  const email = normalizeEmail(textOf(values.email) ?? '') || null;
  const named = textOf(values.provider) ?? 'email';
  const provider = new Map(Object.entries(providers)).get(named) ?? named;
  const uid = textOf(values.uid) ?? email;
  if (uid === null) throw new UnusableRowError('The row has neither a uid nor an e-mail address.');
  const isAddress = provider === 'email' && normalizeEmail(uid) === email;
  // Rails confirms whoever comes from a provider, whether the provider has verified the address or not.
  const vouched = provider === 'email' || own.confirmedAt !== undefined ? {} : { confirmedAt: null };
  return { ...values, id, provider, uid: isAddress ? email : uid, email, ...vouched } as UserValues<U>;
}

/** The `id` of a row; null where it has none. */
export function idOf({ id }: RailsRow): UserId | null {
  return (typeof id === 'string' && id !== '') || typeof id === 'number' || typeof id === 'bigint' ? id : null;
}

function moved(row: RailsRow): Partial<AnyUser> {
  const has = (column: string) => row[column] !== undefined;
  const unconfirmed = textOf(row['unconfirmed_email']);
  return {
    ...(has('provider') && { provider: textOf(row['provider']) ?? 'email' }),
    ...(has('uid') && { uid: textOf(row['uid']) ?? '' }),
    ...(has('email') && { email: textOf(row['email']) }),
    ...(has('encrypted_password') && { encryptedPassword: textOf(row['encrypted_password']) }),
    ...(has('confirmed_at') && { confirmedAt: instantOf(row['confirmed_at']) }),
    ...(has('unconfirmed_email') && { unconfirmedEmail: unconfirmed === null ? null : normalizeEmail(unconfirmed) }),
    ...(has('failed_attempts') && { failedAttempts: Number(row['failed_attempts'] ?? 0) }),
    ...(has('locked_at') && { lockedAt: instantOf(row['locked_at']) }),
    ...instants(row),
  };
}

/** Rails keeps these for every row; where they are missing it is the moment of the import. */
function instants(row: RailsRow): Partial<AnyUser> {
  const [createdAt, updatedAt] = [instantOf(row['created_at']), instantOf(row['updated_at'])];
  return { ...(createdAt && { createdAt }), ...(updatedAt && { updatedAt }) };
}

/** A text that is not empty, or null. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
