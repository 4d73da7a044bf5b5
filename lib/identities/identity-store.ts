import { Inject, Injectable, type Type } from '@nestjs/common';
import type { DeleteQueryBuilder } from 'typeorm';
import { Database, type Statement } from '../database/database.js';
import { ownerCondition } from '../database/key-condition.js';
import { SharedClock } from '../tokens/shared-clock.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { USER_ENTITY } from '../users/user-table.js';
import { identityHash, type IdentityKey } from './identity-hash.js';
import { identityEntityFor, type Identity } from './identity.entity.js';

/** The statements on one table of identities, each one atomic by itself. */
@Injectable()
export class IdentityStore<U extends AnyUser = AnyUser> {
  private readonly entity: Type<Identity<U>>;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SharedClock) private readonly clock: SharedClock,
    @Inject(USER_ENTITY) userEntity: Type<U>,
  ) {
    this.entity = identityEntityFor(userEntity);
  }

  /** An identity with its user as a repository would load it, or null. */
  async find(key: IdentityKey): Promise<Identity<U> | null> {
    return await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'identity', runner)
        .innerJoinAndSelect('identity.user', 'user')
        // Softly deleted accounts keep theirs.
        .withDeleted()
        .where('identity.hash = :hash', { hash: identityHash(key) })
        .getOne(),
    );
  }

  /** All identities of a user, oldest first. */
  async list(user: U): Promise<Identity<U>[]> {
    return await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'identity', runner)
        .where(ownerCondition(this.database.dataSource, this.entity, user, 'identity'))
        .orderBy('identity.createdAt', 'ASC')
        .addOrderBy('identity.hash', 'ASC')
        .getMany(),
    );
  }

  /** The statement that adds an identity to a user; a unique index refuses one that somebody has. */
  async insertion(user: U, { provider, subject }: IdentityKey, email: string | null): Promise<Statement> {
    const createdAt = await this.clock.now();
    return this.database.dataSource
      .createQueryBuilder()
      .insert()
      .into(this.entity)
      .values({ hash: identityHash({ provider, subject }), provider, subject, user, email, createdAt } as never)
      .updateEntity(false);
  }

  /** Keeps the address that the provider tells now. */
  async noteEmail({ hash, email: known }: Identity<U>, email: string | null): Promise<void> {
    if (email === known) return;
    const query = this.database.dataSource.createQueryBuilder().update(this.entity);
    await this.database.write(query.set({ email } as never).where('hash = :hash', { hash }));
  }

  /** The statement that takes one identity from a user, or all of them. */
  removal(user: U, key?: IdentityKey): DeleteQueryBuilder<Identity<U>> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where(ownerCondition(this.database.dataSource, this.entity, user));
    return key === undefined ? query : query.andWhere('hash = :hash', { hash: identityHash(key) });
  }
}
