import type { Type } from '@nestjs/common';
import { camelCase, declaredProperties, RESERVED } from '../users/profile.js';
import type { AnyUser } from '../users/token-auth-user.entity.js';
import type { OptionsCheck } from './options-check.js';

/** Accounts and their passwords; durations in ms. */
export interface AccountConfig {
  readonly password: {
    readonly cost: number;
    readonly pepper: string;
    readonly minLength: number;
    readonly queueLimit: number;
  };
  readonly checkCurrentPassword: 'attributes' | 'password' | false;
  readonly reset: { readonly within: number; readonly requiresToken: boolean };
  readonly userResponse: ((user: AnyUser) => Record<string, unknown>) | null;
  readonly signUpDto: Type<object> | null;
  readonly accountUpdateDto: Type<object> | null;
  readonly paranoid: boolean;
  /** Null where addresses need no confirmation. */
  readonly confirmation: { readonly within: number; readonly grace: number } | null;
  /** Null where accounts are not locked. */
  readonly lock: {
    readonly maximumAttempts: number;
    readonly byMail: boolean;
    /** Null where time unlocks nothing. */
    readonly unlockIn: number | null;
  } | null;
  /** Null where sign-ins are not throttled. */
  readonly throttle: {
    readonly accountLimit: number;
    readonly addressLimit: number;
    readonly window: number;
  } | null;
}

export function accountConfig(check: OptionsCheck, sendsMail: boolean): AccountConfig {
  return {
    password: Object.freeze({
      cost: check.integer('passwordCost', 12, 4, 31),
      pepper: passwordPepper(check),
      minLength: check.integer('passwordMinLength', 8, 1, 72),
      queueLimit: check.integer('passwordQueueLimit', 100, 1),
    }),
    checkCurrentPassword: currentPasswordCheck(check),
    reset: Object.freeze({
      within: check.duration('resetPasswordWithin', '6h', 1000),
      requiresToken: check.flag('requireClientPasswordResetToken', true),
    }),
    userResponse: check.function('userResponse', 'a function of the user'),
    signUpDto: dto(check, 'signUpDto'),
    accountUpdateDto: dto(check, 'accountUpdateDto'),
    paranoid: check.flag('paranoid', true),
    confirmation: confirmation(check, sendsMail),
    lock: lock(check, sendsMail),
    throttle: throttle(check),
  };
}

function passwordPepper(check: OptionsCheck): string {
  const pepper: unknown = check.options.passwordPepper ?? '';
  if (typeof pepper !== 'string') check.fault('passwordPepper', 'must be a text');
  return pepper as string;
}

function currentPasswordCheck(check: OptionsCheck): AccountConfig['checkCurrentPassword'] {
  const { checkCurrentPasswordBeforeUpdate: value = false } = check.options;
  if (value !== false && value !== 'attributes' && value !== 'password') {
    check.fault('checkCurrentPasswordBeforeUpdate', "must be 'attributes', 'password' or false");
  }
  return value;
}

function confirmation(check: OptionsCheck, sendsMail: boolean): AccountConfig['confirmation'] {
  const within = check.duration('confirmWithin', '3 days', 1000);
  const { allowUnconfirmedAccessFor: access } = check.options;
  const grace = access === null ? Infinity : check.duration('allowUnconfirmedAccessFor', 0, 0);
  if (!check.flag('confirmable', false)) return null;
  if (!sendsMail) check.fault('confirmable', 'needs mails: give mailTransport or a mailer');
  return Object.freeze({ within, grace });
}

function lock(check: OptionsCheck, sendsMail: boolean): AccountConfig['lock'] {
  const maximumAttempts = check.integer('maximumAttempts', 20, 1);
  const strategy = check.oneOf('unlockStrategy', ['both', 'email', 'time'], sendsMail ? 'both' : 'time');
  const unlockIn = check.duration('unlockIn', '1h', 1000);
  if (!check.flag('lockable', false)) return null;
  const byMail = strategy !== 'time';
  if (byMail && !sendsMail) check.fault('unlockStrategy', "must be 'time' where no mails are sent");
  return Object.freeze({ maximumAttempts, byMail, unlockIn: strategy === 'email' ? null : unlockIn });
}

function throttle(check: OptionsCheck): AccountConfig['throttle'] {
  const limits = {
    accountLimit: check.integer('throttleAccountLimit', 50, 1),
    addressLimit: check.integer('throttleAddressLimit', 200, 1),
    window: check.duration('throttleWindow', '30m', 1000),
  };
  return check.flag('throttleSignIn', true) ? Object.freeze(limits) : null;
}

function dto(check: OptionsCheck, name: 'signUpDto' | 'accountUpdateDto'): Type<object> | null {
  const given = check.function<Type<object>>(name, 'a class');
  if (typeof given !== 'function') return null;
  const properties = declaredProperties(given);
  if (properties.length === 0) check.fault(name, 'has no property with a decorator of class-validator');
  const reserved = properties.filter((property) => RESERVED.has(camelCase(property)));
  if (reserved.length > 0) check.fault(name, `must not declare ${reserved.join(', ')}, which the module looks after`);
  return given;
}
