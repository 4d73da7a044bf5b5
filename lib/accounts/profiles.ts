import { Inject, Injectable, type Type } from '@nestjs/common';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Message } from '../messages/message.js';
import { camelCase, declaredProperties, RESERVED } from '../users/profile.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import { UserStore } from '../users/user-store.js';
import { UserTable } from '../users/user-table.js';
import { columnFault } from './column-faults.js';
import { FAULTS, type AttributeErrors } from './account-errors.js';
import { errorsOf, pick } from './parameters.js';

/** What somebody wants to be stored beside address and password. */
export interface Profile {
  /** By the properties of the user entity. */
  readonly values: Record<string, unknown>;
  readonly errors: AttributeErrors;
}

const NOTHING: Profile = Object.freeze({ values: Object.freeze({}), errors: Object.freeze({}) });

/** Reads what an application's own DTO lets be set. */
@Injectable()
export class Profiles {
  constructor(
    @Inject(UserTable) private readonly table: UserTable,
    @Inject(UserStore) private readonly users: UserStore,
  ) {}

  /** Whether a body holds any of it. */
  hasAny(dto: Type<object> | null, body: unknown): boolean {
    return dto !== null && Object.keys(pick(body, declaredProperties(dto))).length > 0;
  }

  /** A whole profile, for a new account. */
  async readNew(dto: Type<object> | null, body: unknown): Promise<Profile> {
    return dto === null ? NOTHING : await this.read(dto, body, null, () => true);
  }

  /** What is to change of a user; the rest of the DTO is not asked for. */
  async readChange(dto: Type<object> | null, body: unknown, user: AnyUser): Promise<Profile> {
    if (dto === null) return NOTHING;
    const given = pick(body, declaredProperties(dto));
    return await this.read(dto, body, user, (key) => Object.hasOwn(given, key));
  }

  /**
   * A whole profile for a new account out of what a provider says and what the client has sent, which comes first. What a
   * provider says is nobody's input: where it does not fit its column, it is left out.
   */
  async readFromProvider(dto: Type<object> | null, said: Record<string, unknown>, sent: object): Promise<Profile> {
    const fitting = await this.fitting(said);
    if (dto === null) return { values: fitting, errors: {} };
    const known = declaredProperties(dto).map((key) => [key, fitting[key] ?? fitting[camelCase(key)]]);
    const filled = known.filter(([, value]) => value !== undefined);
    const { values, errors } = await this.readNew(dto, { ...Object.fromEntries(filled), ...sent });
    return { values: { ...fitting, ...values }, errors };
  }

  private async fitting(said: Record<string, unknown>): Promise<Record<string, unknown>> {
    const values: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(said)) {
      const column = RESERVED.has(key) ? undefined : this.columnOf(key);
      if (column === undefined || value === undefined || (await this.faultOf(column, value, null)) !== null) continue;
      values[column.propertyName] = value;
    }
    return values;
  }

  private async read(
    dto: Type<object>,
    body: unknown,
    owner: AnyUser | null,
    isAsked: (key: string) => boolean,
  ): Promise<Profile> {
    const keys = declaredProperties(dto);
    const filled = Object.assign(new dto(), pick(body, keys)) as Record<string, unknown>;
    const faults = Object.entries(await errorsOf(filled)).filter(([key]) => isAsked(key));
    const profile = { values: {} as Record<string, unknown>, errors: Object.fromEntries(faults) as AttributeErrors };
    for (const key of keys.filter(isAsked)) {
      const column = this.columnOf(key);
      const value = filled[key];
      if (column === undefined || value === undefined || key in profile.errors) continue;
      const fault = await this.faultOf(column, value, owner);
      if (fault === null) profile.values[column.propertyName] = value;
      else profile.errors[key] = [fault];
    }
    return profile;
  }

  /** By its path, because the columns of embedded entities have names of their own. */
  private columnOf(key: string): ColumnMetadata | undefined {
    const { columns } = this.table.metadata;
    const named = (name: string) => columns.find(({ propertyPath }) => propertyPath === name);
    return named(key) ?? named(camelCase(key));
  }

  private async faultOf(column: ColumnMetadata, value: unknown, owner: AnyUser | null): Promise<Message | null> {
    const fault = columnFault(column, value, this.table.longest(column));
    if (fault !== null || value === null || !this.isUnique(column)) return fault;
    return (await this.users.exists(column.propertyName, value, owner)) ? FAULTS.taken : null;
  }

  private isUnique(column: ColumnMetadata): boolean {
    const { uniques, indices } = this.table.metadata;
    return [...uniques, ...indices.filter(({ isUnique }) => isUnique)].some(
      ({ columns: [first, ...others] }) => first === column && others.length === 0,
    );
  }
}
