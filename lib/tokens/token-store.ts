import type { Type } from '@nestjs/common';
import { Brackets, FindOptionsUtils, type QueryRunner, type SelectQueryBuilder } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Database } from '../database/database.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { tokenEntityFor, type AuthToken } from './auth-token.entity.js';
import { systemClock, type Clock } from './clock.js';

/** A client's row with its user, and how far the database's clock is ahead of this process's, in ms. */
export interface FoundClient<U extends AnyUser> {
  readonly row: AuthToken<U>;
  readonly clockOffset: number;
}

/** The statements on one token table, each one atomic by itself. */
export class TokenStore<U extends AnyUser = AnyUser> {
  /** How often this process has ended a client; tells a request whether it must look again before it answers. */
  revocations = 0;

  private readonly entity: Type<AuthToken<U>>;

  constructor(
    private readonly database: Database,
    private readonly userEntity: Type<U>,
    private readonly clock: Clock,
  ) {
    this.entity = tokenEntityFor(userEntity);
  }

  /** The server's time where several processes must agree on it; an injected clock is the only clock. */
  private get nowExpression(): string | null {
    return this.clock === systemClock ? this.database.nowExpression : null;
  }

  /** The time of issuing, in ms. */
  async now(): Promise<number> {
    if (this.nowExpression === null) return this.clock.now();
    const rows = await this.database.read((runner) =>
      runner.query(`SELECT ${this.nowExpression} AS ${this.escape('now')}`),
    );
    return Number((rows as { now: unknown }[])[0]?.now);
  }

  /**
   * Finds a client that lives in its user's present epoch, together with the user as a repository would load it: one
   * SELECT. `client` must be text; it is compared again because collations take different texts for the same.
   */
  async find(client: string): Promise<FoundClient<U> | null> {
    const { entities, raw } = await this.database.read((runner) =>
      this.liveClients(runner, client).getRawAndEntities(),
    );
    const row = entities[0];
    if (row === undefined || row.client !== client) return null;
    const now = this.nowExpression === null ? null : Number((raw as { db_now: unknown }[])[0]?.db_now);
    return { row, clockOffset: now === null ? 0 : now - this.clock.now() };
  }

  private liveClients(runner: QueryRunner, client: string): SelectQueryBuilder<AuthToken<U>> {
    const query = this.database.dataSource
      .createQueryBuilder(this.entity, 'token', runner)
      .innerJoinAndSelect('token.user', 'user')
      .where('token.client = :client', { client })
      .andWhere('token.authEpoch = user.authEpoch');
    if (this.nowExpression !== null) query.addSelect(this.nowExpression, 'db_now');
    FindOptionsUtils.joinEagerRelations(query, 'user', this.database.dataSource.getMetadata(this.userEntity));
    return query;
  }

  /** Finds a client whatever its epoch, to end it. */
  async findAny(client: string): Promise<AuthToken<U> | null> {
    const row = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'token', runner)
        .where('token.client = :client', { client })
        .getOne(),
    );
    return row?.client === client ? row : null;
  }

  /** The clients of a user that are in its present epoch, most recently used first. */
  async list(user: U): Promise<AuthToken<U>[]> {
    return await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'token', runner)
        .innerJoin('token.user', 'user')
        .where(this.ownedBy(user, 'token'))
        .andWhere('token.authEpoch = user.authEpoch')
        .orderBy('token.lastUsedAt', 'DESC')
        .addOrderBy('token.createdAt', 'DESC')
        .getMany(),
    );
  }

  async insert(row: AuthToken<U>): Promise<void> {
    await this.database.write(
      this.database.dataSource
        .createQueryBuilder()
        .insert()
        .into(this.entity)
        .values(row as never)
        .updateEntity(false),
    );
  }

  /** Writes `values` where the row still carries the given digests; the number of rows tells whether it did. */
  async update(
    id: string,
    values: Partial<AuthToken>,
    seen: Partial<AuthToken>,
    isWanted?: () => boolean,
  ): Promise<boolean> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .update(this.entity)
      .set(values as never)
      .where('id = :id', { id });
    for (const [property, value] of Object.entries(seen)) {
      query.andWhere(`${property} = :seen_${property}`, { [`seen_${property}`]: value });
    }
    return (await this.database.write(query, isWanted)) > 0;
  }

  /** Holds a batch open for longer, found by its replaced digest, unless somebody did so just now. */
  async extendBatch(id: string, replacedHash: string, openUntil: number, gap: number): Promise<boolean> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .update(this.entity)
      .set({ batchOpenUntil: openUntil } as never)
      .where('id = :id AND replacedHash = :replacedHash', { id, replacedHash })
      .andWhere('batchOpenUntil <= :before', { before: openUntil - gap });
    return (await this.database.write(query)) > 0;
  }

  /** Ends one client of anybody. */
  async delete(id: string): Promise<boolean> {
    return (await this.deleteWhere('id = :id', { id })) > 0;
  }

  /** Ends one client of this user. */
  async deleteOwn(user: U, id: string): Promise<boolean> {
    requireText(id);
    return (await this.deleteWhere('id = :id', { id }, this.ownedBy(user))) > 0;
  }

  /** Ends all clients of a user but one. */
  async deleteOthers(user: U, keptId: string): Promise<number> {
    requireText(keptId);
    return await this.deleteWhere('id <> :keptId', { keptId }, this.ownedBy(user));
  }

  /**
   * Ends all clients of a user. The epoch comes first, so that even a sign-in which has already checked the password ends
   * up with a dead client; deleting the rows is only clean-up.
   */
  async deleteAll(user: U): Promise<void> {
    await this.raiseEpoch(user);
    await this.deleteWhere('1 = 1', {}, this.ownedBy(user));
  }

  /** Ends the least recently used clients of a user beyond `limit`. */
  async evict(user: U, limit: number): Promise<void> {
    const surplus = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'token', runner)
        .select('token.id', 'id')
        .where(this.ownedBy(user, 'token'))
        .orderBy('token.lastUsedAt', 'DESC')
        .addOrderBy('token.createdAt', 'DESC')
        .addOrderBy('token.id', 'DESC')
        .offset(limit)
        .limit(1000)
        .getRawMany<{ id: string }>(),
    );
    if (surplus.length === 0) return;
    await this.deleteWhere('id IN (:...ids)', { ids: surplus.map(({ id }) => id).sort() });
  }

  /** The auth epoch of a user as it is now, or null when the user is gone. */
  async epochOf(user: U): Promise<number | null> {
    const found = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.userEntity, 'user', runner)
        .select('user.authEpoch', 'epoch')
        .where(this.isUser(user, 'user'))
        .getRawOne<{ epoch: number | string }>(),
    );
    return found === undefined ? null : Number(found.epoch);
  }

  private async raiseEpoch(user: U): Promise<void> {
    const column = this.database.dataSource.getMetadata(this.userEntity).findColumnWithPropertyName('authEpoch');
    const epoch = this.escape(column?.databaseName ?? 'authEpoch');
    await this.database.write(
      this.database.dataSource
        .createQueryBuilder()
        .update(this.userEntity)
        .set({ authEpoch: () => `${epoch} + 1` } as never)
        .where(this.isUser(user))
        .updateEntity(false),
    );
    this.revocations++;
  }

  private async deleteWhere(where: string, parameters: object, owner?: Brackets): Promise<number> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where(where, parameters as never);
    if (owner !== undefined) query.andWhere(owner);
    const count = await this.database.write(query);
    if (count > 0) this.revocations++;
    return count;
  }

  /** "The row belongs to this user", by the foreign key. */
  private ownedBy(user: U, alias?: string): Brackets {
    const relation = this.database.dataSource.getMetadata(this.entity).findRelationWithPropertyPath('user');
    return this.matching(user, relation?.joinColumns ?? [], (column) => column.referencedColumn ?? column, alias);
  }

  /** "The row is this user", by the primary key. */
  private isUser(user: U, alias?: string): Brackets {
    const { primaryColumns } = this.database.dataSource.getMetadata(this.userEntity);
    return this.matching(user, primaryColumns, (column) => column, alias);
  }

  private matching(
    user: U,
    columns: ColumnMetadata[],
    source: (column: ColumnMetadata) => ColumnMetadata,
    alias?: string,
  ): Brackets {
    const { driver } = this.database.dataSource;
    return new Brackets((where) => {
      for (const [index, column] of columns.entries()) {
        const value: unknown = source(column).getEntityValue(user);
        // A condition without a value would match everybody.
        if (value === undefined || value === null)
          throw new TypeError('The user has no primary key: has it been saved?');
        const name = `${alias === undefined ? '' : `${this.escape(alias)}.`}${this.escape(column.databaseName)}`;
        where.andWhere(`${name} = :key_${index}`, {
          [`key_${index}`]: driver.preparePersistentValue(value, source(column)),
        });
      }
    });
  }

  private escape(name: string): string {
    return this.database.dataSource.driver.escape(name);
  }
}

/** MariaDB takes the number 0 for any text: nothing but text may be compared with a column of text. */
function requireText(id: unknown): void {
  if (typeof id !== 'string') throw new TypeError('The id of a client is a text.');
}
