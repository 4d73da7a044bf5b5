import type { Type } from '@nestjs/common';
import { Entity, Index, ManyToOne } from 'typeorm';
import { preferOwnColumns, type AnyUser } from './token-auth-user.entity.js';

/** Makes one entity class for each user entity, the first time it is asked for. */
export function onePerUserEntity<E>(define: (userEntity: Type<AnyUser>) => Type<E>): (userEntity: Function) => Type<E> {
  const entities = new WeakMap<Function, Type<E>>();
  return (userEntity) => {
    let entity = entities.get(userEntity);
    if (entity === undefined) {
      preferOwnColumns(userEntity);
      entity = define(userEntity as Type<AnyUser>);
      entities.set(userEntity, entity);
    }
    return entity;
  };
}

/**
 * Declares an entity of rows that belong to a user: a table named after the user entity, with a foreign key of whatever
 * type the user's primary key has; a user's rows go with it.
 */
export function ownedBy(userEntity: Type<AnyUser>, entity: Type<object>, suffix: string): void {
  declareFor(userEntity, entity, suffix);
  ManyToOne(() => userEntity, { nullable: false, onDelete: 'CASCADE' })(entity.prototype as object, 'user');
  Index()(entity.prototype as object, 'user');
}

/** Declares an entity with a table named after the user entity. */
export function declareFor(userEntity: Type<AnyUser>, entity: Type<object>, suffix: string): void {
  Object.defineProperty(entity, 'name', { value: `${userEntity.name}${suffix}` });
  Entity()(entity);
}
