import { Inject, Injectable, type Type } from '@nestjs/common';
import type { Brackets, EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { Database } from '../database/database.js';
import { keyCondition } from '../database/key-condition.js';
import { storedValue } from '../database/stored-value.js';
import type { AnyUser } from './token-auth-user.entity.js';

/** Injection token of the application's user entity. */
export const USER_ENTITY = Symbol('nestjs-token-auth:user-entity');

/** The application's user table, whose columns may have any names, types and transformers. */
@Injectable()
export class UserTable<U extends AnyUser = AnyUser> {
  constructor(
    @Inject(Database) readonly database: Database,
    @Inject(USER_ENTITY) readonly entity: Type<U>,
  ) {}

  get metadata(): EntityMetadata {
    return this.database.dataSource.getMetadata(this.entity);
  }

  /** "The row is this user", by the primary key. */
  isUser(user: U, alias?: string): Brackets {
    const key = this.metadata.primaryColumns.map((column) => ({ column, source: column }));
    return keyCondition(this.database.dataSource, user, key, alias);
  }

  /** A value as its column keeps it. */
  stored(property: string, value: unknown): unknown {
    return storedValue(this.database.dataSource, this.entity, property, value);
  }

  /** How many characters a column keeps. */
  longest(column: ColumnMetadata): number {
    return Number(this.database.dataSource.driver.getColumnLength(column) || Infinity);
  }

  /** The name of a property's column, for SQL. */
  column(property: string): string {
    const column = this.metadata.findColumnWithPropertyName(property);
    return this.database.dataSource.driver.escape(column?.databaseName ?? property);
  }
}
