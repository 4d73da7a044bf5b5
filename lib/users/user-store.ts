import { Inject, Injectable, type Type } from '@nestjs/common';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import type { AnyUser } from './token-auth-user.entity.js';

/** Injection token of the application's user entity. */
export const USER_ENTITY = Symbol('nestjs-token-auth:user-entity');

/** The statements on the application's user table. */
@Injectable()
export class UserStore<U extends AnyUser = AnyUser> {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(USER_ENTITY) readonly userEntity: Type<U>,
  ) {}

  /** Finds an account by its e-mail address, with its password digest and auth epoch. */
  async findByEmail(email: string): Promise<U | null> {
    // PostgreSQL refuses NUL, and no account has it.
    if (email.includes('\0')) return null;
    const users = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.userEntity, 'user', runner)
        .addSelect(['user.encryptedPassword', 'user.authEpoch'])
        .where('user.email = :email', { email })
        .getMany(),
    );
    // Collations take different addresses for the same.
    return users.find((user) => user.email === email) ?? null;
  }

  /**
   * Whether the unique index would refuse another account with this address. Collations take different addresses for the
   * same there, and a softly deleted account keeps its own.
   */
  async isTaken(email: string): Promise<boolean> {
    return await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.userEntity, 'user', runner)
        .withDeleted()
        .where('user.email = :email', { email })
        .getExists(),
    );
  }

  /** A new account that has not been saved. */
  build(email: string, encryptedPassword: string | null): U {
    const user = this.database.dataSource.getRepository(this.userEntity).create();
    return Object.assign(user, { provider: 'email', uid: email, email, encryptedPassword });
  }

  /** Saves a new account; false when another one has its e-mail address. */
  async insert(user: U): Promise<boolean> {
    try {
      await this.database.save(this.userEntity, user);
      return true;
    } catch (error) {
      if (isUniqueViolation(error) && user.email !== null && (await this.isTaken(user.email))) return false;
      throw error;
    }
  }

  /** Replaces a digest by a stronger one of the same password, unless the password has changed meanwhile. */
  async upgradeDigest(user: U, digest: string): Promise<void> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .update(this.userEntity)
      .set({ encryptedPassword: digest } as never)
      .whereInIds(this.database.dataSource.getMetadata(this.userEntity).getEntityIdMap(user))
      .andWhere('encryptedPassword = :old', { old: user.encryptedPassword })
      .updateEntity(false);
    await this.database.write(query);
  }
}
