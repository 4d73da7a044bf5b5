import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type Type } from '@nestjs/common';
import type { DeleteQueryBuilder } from 'typeorm';
import { Database } from '../database/database.js';
import { isForeignKeyViolation } from '../database/database-errors.js';
import { ownerCondition } from '../database/key-condition.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { digestOf } from '../tokens/token-secret.js';
import { SharedClock } from '../tokens/shared-clock.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { USER_ENTITY } from '../users/user-table.js';
import { oneTimeTokenEntityFor, type OneTimeToken, type Purpose } from './one-time-token.entity.js';

/** 256 bits. */
const SECRET_BYTES = 32;
/** What they look like. */
const SHAPE = /^[\w-]{43}$/;

/** A token that serves, and the auth epoch of its user at the time. */
export type FoundOneTimeToken<U extends AnyUser = AnyUser> = OneTimeToken<U> & { readonly authEpoch: number };

/** Issues the secrets that mails carry, and finds them again by their digests. */
@Injectable()
export class OneTimeTokenStore<U extends AnyUser = AnyUser> {
  private readonly entity: Type<OneTimeToken<U>>;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SharedClock) private readonly clock: SharedClock,
    @Inject(USER_ENTITY) userEntity: Type<U>,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {
    this.entity = oneTimeTokenEntityFor(userEntity);
  }

  /**
   * A new token for one purpose, in place of the one before it; null when the user is gone.
   *
   * @param email - where it is sent to.
   * @param lifespan - how long it serves, in ms.
   */
  async issue(user: U, purpose: Purpose, email: string, lifespan: number): Promise<string | null> {
    const token = randomBytes(SECRET_BYTES).toString('base64url');
    const [hash = ''] = this.digestsOf(token, purpose);
    const expiresAt = (await this.clock.now()) + lifespan;
    await this.database.write(this.removal(user, purpose));
    const insertion = this.database.dataSource
      .createQueryBuilder()
      .insert()
      .into(this.entity)
      .values({ hash, purpose, user, email, expiresAt } as never)
      .updateEntity(false);
    try {
      await this.database.write(insertion);
    } catch (error) {
      if (isForeignKeyViolation(error)) return null;
      throw error;
    }
    return token;
  }

  /** The row of a token that serves for this purpose now, with its user as a repository would load it; else null. */
  async find(token: unknown, purpose: Purpose): Promise<FoundOneTimeToken<U> | null> {
    if (typeof token !== 'string' || !SHAPE.test(token)) return null;
    const { entities, raw } = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'token', runner)
        .innerJoinAndSelect('token.user', 'user')
        .addSelect('user.authEpoch', 'epoch')
        .where('token.hash IN (:...hashes)', { hashes: this.digestsOf(token, purpose) })
        .andWhere('token.purpose = :purpose', { purpose })
        .getRawAndEntities<{ epoch: number | string }>(),
    );
    const [row] = entities;
    if (row === undefined || (await this.clock.now()) >= row.expiresAt) return null;
    return Object.assign(row, { authEpoch: Number(raw[0]?.epoch) });
  }

  /** The statement that uses a token up. */
  consumption({ hash, purpose }: OneTimeToken<U>): DeleteQueryBuilder<OneTimeToken<U>> {
    return this.deletion().where('hash = :hash AND purpose = :purpose', { hash, purpose });
  }

  /** The statement that takes a user's tokens for one purpose out of service. */
  removal(user: U, purpose: Purpose): DeleteQueryBuilder<OneTimeToken<U>> {
    return this.deletion()
      .where('purpose = :purpose', { purpose })
      .andWhere(ownerCondition(this.database.dataSource, this.entity, user));
  }

  /** The statement that takes all of a user's tokens out of service. */
  removalOfAll(user: U): DeleteQueryBuilder<OneTimeToken<U>> {
    return this.deletion().where(ownerCondition(this.database.dataSource, this.entity, user));
  }

  /** Takes all of a user's tokens out of service. */
  async deleteAll(user: U): Promise<void> {
    await this.database.write(this.removalOfAll(user));
  }

  private deletion(): DeleteQueryBuilder<OneTimeToken<U>> {
    return this.database.dataSource.createQueryBuilder().delete().from(this.entity);
  }

  /** Under the present pepper first. The purpose is part of it, so that no token serves for another one. */
  private digestsOf(token: string, purpose: Purpose): string[] {
    return this.config.tokenPeppers.map((pepper) => digestOf(`${purpose}\0${token}`, pepper));
  }
}
