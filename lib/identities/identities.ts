import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { TokenAuthEvents } from '../tokens/token-events.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { IdentityKey } from './identity-hash.js';
import { IdentityStore } from './identity-store.js';

/** Who a user is at a provider. */
export interface LinkedIdentity extends IdentityKey {
  /** The address that the provider last told, verified or not. */
  readonly email: string | null;
  readonly createdAt: Date;
}

/**
 * Identities for programs, to let people who are signed in add and remove ways to sign in. Every method commits by itself,
 * and throws {@link DatabaseError} when the database fails.
 *
 * @typeParam U - the application's user entity.
 */
@Injectable()
export class Identities<U extends AnyUser = AnyUser> {
  constructor(
    @Inject(IdentityStore) private readonly store: IdentityStore<U>,
    @Inject(Database) private readonly database: Database,
    @Inject(TokenAuthEvents) private readonly events: TokenAuthEvents,
  ) {}

  /** The identities of a user, oldest first. */
  async list(user: U): Promise<LinkedIdentity[]> {
    const identities = await this.store.list(user);
    return identities.map(({ provider, subject, email, createdAt }) => ({
      provider,
      subject,
      email,
      createdAt: new Date(createdAt),
    }));
  }

  /**
   * Adds an identity to a user; by it whoever it is can sign in to the account from then on. The caller vouches for
   * both: that the user asks for it, with a recent sign-in, and that the provider has said who it is.
   *
   * @param identity - `provider` as it is named in the options; `email` only for people to recognise it by.
   * @returns whether the user has it now: false where another user has it.
   */
  async link(user: U, { email = null, ...key }: IdentityKey & { readonly email?: string | null }): Promise<boolean> {
    requireKey(key);
    try {
      await this.database.write(await this.store.insertion(user, key, email));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const identities = await this.store.list(user);
      return identities.some(({ provider, subject }) => provider === key.provider && subject === key.subject);
    }
    this.events.emit('identity.linked', { user, provider: key.provider });
    return true;
  }

  /**
   * Takes an identity from a user. Clients that have signed in by it stay. Whether another way to sign in is left is for
   * the caller to see to.
   *
   * @returns false if the user has no such identity.
   */
  async unlink(user: U, { provider, subject }: IdentityKey): Promise<boolean> {
    requireKey({ provider, subject });
    return (await this.database.write(this.store.removal(user, { provider, subject }))) > 0;
  }
}

/** @throws TypeError for what could not be stored. */
function requireKey({ provider, subject }: IdentityKey): void {
  const fits = [provider, subject].every((each) => typeof each === 'string' && /^[\x20-\x7e]{1,255}$/.test(each));
  if (!fits || provider.length > 64) throw new TypeError('An identity needs the name of a provider, and a subject.');
}
