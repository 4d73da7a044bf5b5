import { Database } from '../database/database.js';
import { entitiesFor } from '../entities.js';
import type { RealmDefinition, Realms } from '../request/realms.js';

/**
 * Checks that the registrations of the module fit together.
 *
 * @throws Error that says what to do.
 */
export function checkRealms(realms: readonly RealmDefinition[]): void {
  if (realms.filter(({ isDefault }) => isDefault).length > 1) {
    throw new Error(
      'TokenAuthModule is registered twice. Import TokenAuthModule.forRoot() once, in the root module: it is global. ' +
        'For users of another entity import TokenAuthModule.forFeature().',
    );
  }
  for (const [index, realm] of realms.entries()) {
    for (const other of realms.slice(index + 1)) checkPair(realm, other);
  }
}

function checkPair(realm: RealmDefinition, other: RealmDefinition): void {
  const { name } = other.userEntity;
  if (realm.userEntity === other.userEntity) {
    throw new Error(
      `TokenAuthModule is registered twice for the entity ${name}. Register each entity once; ` +
        'several modules can import the registration when it is one and the same object.',
    );
  }
  if (realm.userEntity.name === name && realm.dataSource === other.dataSource) {
    throw new Error(
      `TokenAuthModule is registered for two entities named ${name}, whose tables of tokens would have one name. ` +
        'Rename one of the classes.',
    );
  }
  if (realm.path !== null && other.path !== null && normal(realm.path) === normal(other.path)) {
    throw new Error(
      `TokenAuthModule serves the users of both ${realm.userEntity.name} and ${name} at '/${normal(other.path)}'. ` +
        'Give one of them another path, or endpoints: false.',
    );
  }
}

/** Express takes letters of either case. */
function normal(path: string): string {
  return path.split('/').filter(Boolean).join('/').toLowerCase();
}

/**
 * Checks that the data source knows the entities of a realm: one that lists its own may lack some of them.
 *
 * @throws Error that says what to do.
 */
export function checkEntities({ userEntity }: RealmDefinition, { dataSource }: Database): void {
  const missing = entitiesFor(userEntity).filter((entity) => !dataSource.hasMetadata(entity));
  if (missing.length === 0) return;
  throw new Error(
    `The data source does not know ${missing.map(({ name }) => name).join(', ')}: ` +
      `add \`...entitiesFor(${userEntity.name})\` to its entities, or set autoLoadEntities in TypeOrmModule.forRoot().`,
  );
}

/**
 * Checks that the users of a realm have a table to themselves: those of single-table inheritance do not.
 *
 * @throws Error that says what to do.
 */
export function checkTables({ userEntity }: RealmDefinition, { dataSource }: Database, realms: Realms): void {
  const { tablePath } = dataSource.getMetadata(userEntity);
  for (const other of realms.definitions()) {
    const source = realms.get(other.userEntity, Database).dataSource;
    if (other.userEntity === userEntity || source !== dataSource) continue;
    if (source.getMetadata(other.userEntity).tablePath !== tablePath) continue;
    throw new Error(
      `TokenAuthModule is registered for ${userEntity.name} and ${other.userEntity.name}, which are kept in one table. ` +
        'Give each a table of its own, or register their common entity alone.',
    );
  }
}
