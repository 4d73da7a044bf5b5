import type { Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';

/** What only the module itself sets on a user, or takes as parameters of its own. */
export const RESERVED: ReadonlySet<string> = new Set([
  'id',
  'provider',
  'uid',
  'email',
  'encryptedPassword',
  'authEpoch',
  'confirmedAt',
  'unconfirmedEmail',
  'failedAttempts',
  'lockedAt',
  'createdAt',
  'updatedAt',
  'password',
  'passwordConfirmation',
  'currentPassword',
  'resetPasswordToken',
  'confirmSuccessUrl',
  'redirectUrl',
  'configName',
]);

/** The properties of a class that have a decorator of class-validator, inherited ones included. */
export function declaredProperties(dto: Type<object>): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

/** `first_name` → `firstName` */
export function camelCase(name: string): string {
  return name.replace(/_+([a-z\d])/gi, (_, letter: string) => letter.toUpperCase());
}
