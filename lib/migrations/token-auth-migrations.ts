import type { Type } from '@nestjs/common';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { preferOwnColumns, type AnyUser } from '../users/token-auth-user.entity.js';
import type { SchemaVersion } from './definitions.js';
import { Ledger } from './ledger.js';
import { SchemaChange } from './schema-change.js';
import { TableDesign } from './table-design.js';
import { VERSIONS } from './versions.js';

const LEDGER = 'TokenAuthSchema';

/**
 * The migrations of a user entity's tables, for the `migrations` of a data source beside your own; call it once for each
 * user entity. Each does one version's part, and what it does never changes; new releases of this package append.
 *
 * They make the tables for clients, one-time tokens, identities and counters. A user table that exists is given the
 * columns that it lacks, and keeps its rows; else it is made with its key and the columns of {@link TokenAuthUser}.
 * Columns of your own are for your own migrations. Reverting one removes what it has made, and nothing that was there
 * before.
 *
 * @throws Error, when they run: for a data source that does not know the user entity, or rows that they cannot be run over:
 * two users with one address, or without a value for a column that needs one. Nothing has been changed then.
 * @example
 * ```ts
 * new DataSource({
 *   type: 'postgres',
 *   entities: entitiesFor(User),
 *   migrations: [...tokenAuthMigrations(User), 'dist/migrations/*.js'],
 * });
 * ```
 */
export function tokenAuthMigrations(userEntity: Type<AnyUser>): (new () => MigrationInterface)[] {
  preferOwnColumns(userEntity);
  return VERSIONS.map((version) => migrationOf(userEntity, version));
}

function migrationOf(userEntity: Type<AnyUser>, version: SchemaVersion): new () => MigrationInterface {
  return class implements MigrationInterface {
    /** TypeORM takes the order from the digits at the end. */
    readonly name = `${userEntity.name}TokenAuth${version.timestamp}`;

    async up(runner: QueryRunner): Promise<void> {
      await this.change(runner).make();
    }

    async down(runner: QueryRunner): Promise<void> {
      await this.change(runner).undo();
    }

    private change(runner: QueryRunner): SchemaChange {
      const design = new TableDesign(runner.connection, userEntity);
      const { driver } = runner.connection;
      const table = Ledger.table(design.tableName(LEDGER), design.schema, (type) => driver.normalizeType({ type }));
      return new SchemaChange(runner, design, version, new Ledger(runner, table, design.path(LEDGER), this.name));
    }
  };
}
