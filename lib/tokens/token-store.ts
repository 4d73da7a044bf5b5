import type { Type } from '@nestjs/common';
import { Brackets, type UpdateQueryBuilder } from 'typeorm';
import type { Database } from '../database/database.js';
import { DatabaseError } from '../database/database-errors.js';
import { ownerCondition, requireKind } from '../database/key-condition.js';
import { storedValue } from '../database/stored-value.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { tokenEntityFor, type AuthToken } from './auth-token.entity.js';
import type { Clock } from './clock.js';
import type { SharedClock } from './shared-clock.js';
import { DATABASE_NOW } from './arrival-statement.js';
import { TokenStatements } from './token-statements.js';

/** A client's row with its user, and how far the database's clock is ahead of this process's: between the two, in ms. */
export interface FoundClient<U extends AnyUser> {
  readonly row: AuthToken<U>;
  readonly leastOffset: number;
  readonly mostOffset: number;
}

/** The statements on one token table, each one atomic by itself. */
export class TokenStore<U extends AnyUser = AnyUser> {
  private disturbed = 0;
  private readonly entity: Type<AuthToken<U>>;
  private readonly statements: TokenStatements<U>;

  constructor(
    private readonly database: Database,
    private readonly userEntity: Type<U>,
    private readonly clock: Clock,
    private readonly sharedClock: SharedClock,
  ) {
    this.entity = tokenEntityFor(userEntity);
    this.statements = new TokenStatements(database.dataSource, this.entity, userEntity, sharedClock.expression);
    database.watchRemovals(userEntity, () => this.disturbed++);
  }

  /**
   * How often this process has ended clients, removed users or rotated inside an open batch: whether a request in
   * flight must look at its row again before it answers.
   */
  get disturbances(): number {
    return this.disturbed;
  }

  /** A rotation inside an open batch: requests in flight must look again. */
  noteRotationInBatch(): void {
    this.disturbed++;
  }

  /**
   * Finds a client that lives in its user's present epoch, together with the user as a repository would load it: one
   * SELECT. `client` must be text; it is compared again because collations take different texts for the same.
   */
  async find(client: string): Promise<FoundClient<U> | null> {
    const arrival = this.database.isObserved ? null : this.statements.arrival;
    if (arrival === null) return await this.findByBuilder(client);
    let askedAt = 0;
    const raw = await this.database.readRow(arrival.sql, arrival.parameters(client), () => {
      askedAt = this.clock.now();
      return true;
    });
    if (raw === undefined) return null;
    const row = arrival.hydrate(raw);
    if (arrival.listens) await arrival.afterLoad(row);
    return this.found(client, row, arrival.timeOf(raw), askedAt);
  }

  /** The row of a client as it is now, if that still lives. */
  async findAgain({ id, client }: Pick<AuthToken, 'id' | 'client'>): Promise<AuthToken<U> | null> {
    const found = await this.find(client);
    return found?.row.id === id ? found.row : null;
  }

  /** For what only TypeORM itself can load. */
  private async findByBuilder(client: string): Promise<FoundClient<U> | null> {
    const { entities, raw, askedAt } = await this.database.read(async (runner) => {
      await runner.connect();
      const askedAt = this.clock.now();
      return {
        ...(await this.statements.liveClients(client, runner).getRawAndEntities<Record<string, unknown>>()),
        askedAt,
      };
    });
    const [row] = entities;
    return row === undefined ? null : this.found(client, row, raw[0]?.[DATABASE_NOW], askedAt);
  }

  private found(client: string, row: AuthToken<U>, time: unknown, askedAt: number): FoundClient<U> | null {
    if (row.client !== client) return null;
    if (this.sharedClock.expression === null) return { row, leastOffset: 0, mostOffset: 0 };
    const now = Number(time);
    // No time compares with it: a client that has expired would live.
    if (Number.isNaN(now)) throw new DatabaseError('The database has not told its time.');
    return { row, leastOffset: now - this.clock.now(), mostOffset: now - askedAt };
  }

  /**
   * Waits for a transaction in which the last answer may have been read, and tells whether there was one: SQLite shows its
   * only connection what may yet be rolled back.
   */
  async untilSettled(): Promise<boolean> {
    return await this.database.untilNoTransaction();
  }

  /** Finds a client whatever its epoch, to end it; with its user, unless that is gone. */
  async findAny(client: string): Promise<AuthToken<U> | null> {
    const row = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'token', runner)
        .leftJoinAndSelect('token.user', 'user')
        .where('token.client = :client', { client })
        .getOne(),
    );
    return row?.client === client ? row : null;
  }

  /** The clients of a user that are in its present epoch, most recently used first. */
  async list(user: U): Promise<AuthToken<U>[]> {
    return await this.listWhere(this.ownedBy(user, 'token'));
  }

  /**
   * The same for this e-mail address, or what a collation takes for the same; one statement, whether anybody has it or
   * not.
   */
  async listByEmail(email: string): Promise<AuthToken<U>[]> {
    const value = storedValue(this.database.dataSource, this.userEntity, 'email', email);
    return await this.listWhere(new Brackets((where) => where.where('user.email = :email', { email: value })));
  }

  /** Those of these clients that live in their users' present epoch. */
  async listByIds(ids: readonly string[]): Promise<AuthToken<U>[]> {
    return await this.listWhere(new Brackets((where) => where.where('token.id IN (:...ids)', { ids })));
  }

  private async listWhere(condition: Brackets): Promise<AuthToken<U>[]> {
    return await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'token', runner)
        .innerJoin('token.user', 'user')
        .where(condition)
        .andWhere('token.authEpoch = user.authEpoch')
        .orderBy('token.lastUsedAt', 'DESC')
        .addOrderBy('token.createdAt', 'DESC')
        .getMany(),
    );
  }

  async insert(row: AuthToken<U>): Promise<void> {
    requireKind(this.database.dataSource, this.userEntity, row.user);
    await this.database.write(
      this.database.dataSource
        .createQueryBuilder()
        .insert()
        .into(this.entity)
        .values(row as never)
        .updateEntity(false),
    );
  }

  /** Writes `values` where the row still has the `seen` ones, and tells whether it did. */
  async update(
    id: string,
    values: Partial<AuthToken>,
    seen: Partial<AuthToken>,
    isWanted?: () => boolean,
  ): Promise<boolean> {
    const { sql, parameters } = this.statements.update(id, values, seen);
    return (await this.database.writeAgain(sql, parameters, isWanted)) > 0;
  }

  /** `UPDATE … SET values` of one client. */
  statement(id: string, values: Partial<AuthToken>): UpdateQueryBuilder<AuthToken<U>> {
    return this.database.dataSource
      .createQueryBuilder()
      .update(this.entity)
      .set(values as never)
      .where('id = :id', { id });
  }

  /** Holds a batch open for longer, found by its replaced digest, unless somebody did so just now. */
  async extendBatch(id: string, replacedHash: string, openUntil: number, gap: number): Promise<boolean> {
    const { sql, parameters } = this.statements.extension(id, replacedHash, openUntil, openUntil - gap);
    return (await this.database.writeAgain(sql, parameters)) > 0;
  }

  /** Ends one client of anybody. */
  async delete(id: string): Promise<boolean> {
    return (await this.deleteWhere('id = :id', { id })) > 0;
  }

  /** Ends one client of this user. */
  async deleteOwn(user: U, id: string): Promise<boolean> {
    const owner = this.ownedBy(user);
    return isClientId(id) && (await this.deleteWhere('id = :id', { id }, owner)) > 0;
  }

  /** Ends all clients of a user but one; all of them where there is no such one. */
  async deleteOthers(user: U, keptId: string): Promise<number> {
    const owner = this.ownedBy(user);
    return await this.deleteWhere('id <> :keptId', { keptId: isClientId(keptId) ? keptId : '' }, owner);
  }

  /** Carries one client of this user, if it lives in an auth epoch, over into the next one. */
  succession(user: U, id: string, authEpoch: number): UpdateQueryBuilder<AuthToken<U>> {
    return this.statement(isClientId(id) ? id : '', { authEpoch: authEpoch + 1 })
      .andWhere('authEpoch = :authEpoch', { authEpoch })
      .andWhere(this.ownedBy(user));
  }

  /** Ends all clients of a user; `UserStore.raiseEpoch` must come first. */
  async deleteAll(user: U): Promise<number> {
    this.disturbed++;
    return await this.deleteWhere('1 = 1', {}, this.ownedBy(user));
  }

  /**
   * Ends the least recently used clients of a user beyond `limit`, for a client that has just signed in. Whoever signed in
   * later comes first and cannot be ended by it, then it comes itself, then the others by their last use; so sign-ins at
   * the same time agree on who stays. Clients that have ended already go first, and one of an ended epoch ends nobody who
   * lives in the present one. Clients that have come by reset links are counted by themselves.
   *
   * @returns the ids of those that it has ended.
   */
  async evict(
    user: U,
    newest: Pick<AuthToken, 'id' | 'createdAt' | 'authEpoch' | 'passwordChangeUntil'>,
    limit: number,
  ): Promise<string[]> {
    const clients = await this.database.read((runner) =>
      this.database.dataSource
        .createQueryBuilder(this.entity, 'token', runner)
        .select(['token.id', 'token.createdAt', 'token.lastUsedAt', 'token.authEpoch'])
        .where(this.ownedBy(user, 'token'))
        .andWhere('token.authEpoch <= :authEpoch', { authEpoch: newest.authEpoch })
        .andWhere(`token.passwordChangeUntil IS ${newest.passwordChangeUntil === null ? '' : 'NOT '}NULL`)
        .getMany(),
    );
    const rank = ({ id, createdAt, lastUsedAt, authEpoch }: AuthToken<U>) => {
      if (authEpoch < newest.authEpoch) return -1;
      const isNewer = createdAt > newest.createdAt || (createdAt === newest.createdAt && id >= newest.id);
      return isNewer ? Number.MAX_SAFE_INTEGER : lastUsedAt;
    };
    const surplus = clients
      .sort((a, b) => rank(b) - rank(a) || b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
      .slice(limit)
      .map(({ id }) => id);
    const ended: string[] = [];
    // Each by itself: sign-ins at once find the same surplus, and only one of them has ended a client.
    for (const id of surplus) if (await this.delete(id)) ended.push(id);
    return ended;
  }

  private async deleteWhere(where: string, parameters: object, owner?: Brackets): Promise<number> {
    const query = this.database.dataSource
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where(where, parameters as never);
    if (owner !== undefined) query.andWhere(owner);
    const ended = await this.database.write(query);
    if (ended > 0) this.disturbed++;
    return ended;
  }

  /** "The row belongs to this user", by the foreign key. */
  private ownedBy(user: U, alias?: string): Brackets {
    return ownerCondition(this.database.dataSource, this.entity, user, alias);
  }
}

/**
 * Whether this text can be the id of a client: no database takes two such texts for the same, nor refuses one. MariaDB takes
 * the number 0 for any text: nothing but text may be compared with a column of text.
 */
function isClientId(id: unknown): boolean {
  if (typeof id !== 'string') throw new TypeError('The id of a client is a text.');
  return /^[0-9a-z-]{1,36}$/.test(id);
}
