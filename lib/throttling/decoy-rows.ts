import { randomInt } from 'node:crypto';
import { Inject, Injectable, type Type } from '@nestjs/common';
import { Database } from '../database/database.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import { digestOf } from '../tokens/token-secret.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { USER_ENTITY } from '../users/user-table.js';
import { throttleEntityFor } from './throttle.entity.js';

/** How many characters of a digest choose the row: there are no more than 256 of them. */
const CHOICE = 2;

/** The largest value of a counter. */
const MOST = 2 ** 31 - 1;

/**
 * Rows among the counters that count nothing. Changing one costs what it costs to change the row of an account, its commit
 * included, where there is no account: nobody shall learn that from the time it takes.
 */
@Injectable()
export class DecoyRows {
  private readonly entity: Type<object>;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(USER_ENTITY) userEntity: Type<AnyUser>,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {
    this.entity = throttleEntityFor(userEntity);
  }

  /** Changes the row of an e-mail address: attempts made at once at one address wait for each other, as at an account. */
  async change(email: string): Promise<void> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .insert()
      .into(this.entity)
      // It never expires, so that each of them is made once. MariaDB writes nothing where a value stays the same.
      .values({ hash: this.hashFor(email), count: randomInt(MOST), expiresAt: Number.MAX_SAFE_INTEGER })
      .orUpdate([this.columnOf('count')], [this.columnOf('hash')])
      .updateEntity(false);
    await this.database.write(query);
  }

  private columnOf(property: string): string {
    const column = this.database.dataSource.getMetadata(this.entity).findColumnWithPropertyName(property);
    return column?.databaseName ?? property;
  }

  private hashFor(email: string): string {
    const [pepper] = this.config.tokenPeppers;
    return digestOf(`throttle\0decoy\0${digestOf(email, pepper).slice(0, CHOICE)}`, pepper);
  }
}
