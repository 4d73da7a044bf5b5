import { Inject, Injectable } from '@nestjs/common';
import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { TOKEN_AUTH_CONFIG, type TokenAuthConfig } from '../token-auth.config.js';
import type { AnyUser } from './token-auth-user.entity.js';
import { UserTable } from './user-table.js';

/** What a user looks like in the answers of the endpoints. */
@Injectable()
export class UserSerializer {
  constructor(
    @Inject(UserTable) private readonly table: UserTable,
    @Inject(TOKEN_AUTH_CONFIG) private readonly config: TokenAuthConfig,
  ) {}

  /** The answer to a sign-up: every column that is not `select: false`, in snake case. */
  account(user: AnyUser): Record<string, unknown> {
    return this.config.userResponse?.(user) ?? this.columnsOf(user);
  }

  /** The answer to a sign-in or a validation, which the protocol gives without the time stamps. */
  session(user: AnyUser): Record<string, unknown> {
    if (this.config.userResponse !== null) return this.config.userResponse(user);
    const { created_at: _created, updated_at: _updated, ...rest } = this.columnsOf(user);
    return rest;
  }

  /** A user in a refusal: an application's own view could not expect one without a key. */
  unsaved(user: AnyUser): Record<string, unknown> {
    return this.columnsOf(user);
  }

  private columnsOf(user: AnyUser): Record<string, unknown> {
    return Object.fromEntries(
      shownColumns(this.table.metadata).map((column) => [columnKey(column), jsonValue(column.getEntityValue(user))]),
    );
  }
}

/** The columns of a user that answers show. */
export function shownColumns({ columns }: EntityMetadata): ColumnMetadata[] {
  return columns.filter((column) => column.isSelect && !column.isVirtual && column.relationMetadata === undefined);
}

/** What a column is called there: snake case. */
export function columnKey({ propertyPath }: ColumnMetadata): string {
  return propertyPath
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toLowerCase();
}

/** JSON has no integers of any size: they travel as text. */
function jsonValue(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : (value ?? null);
}
