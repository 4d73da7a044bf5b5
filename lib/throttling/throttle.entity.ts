import type { Type } from '@nestjs/common';
import { Column, Index, PrimaryColumn } from 'typeorm';
import { digestColumn, integerColumn } from '../database/columns.js';
import { declareFor, onePerUserEntity } from '../users/owned-entity.js';

/**
 * How many sign-ins to one account, or from one address, have failed lately. Belongs to nobody: the account may not
 * exist. A few rows count nothing and stay: see {@link DecoyRows}.
 */
export abstract class Throttle {
  /** Digest of what is counted, so that the table names nobody. */
  @PrimaryColumn(digestColumn)
  hash!: string;

  @Column({ type: 'int' })
  count!: number;

  /** When counting starts anew, in milliseconds since 1970. */
  @Index()
  @Column(integerColumn)
  expiresAt!: number;
}

/** The entity of a user entity's counters; as {@link tokenEntityFor}. */
export const throttleEntityFor = onePerUserEntity((userEntity): Type<Throttle> => {
  class UserThrottle extends Throttle {}
  declareFor(userEntity, UserThrottle, 'Throttle');
  return UserThrottle;
});
