import {
  Validate,
  ValidateIf,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';
import type { Message } from '../messages/message.js';
import { isEmail, normalizeEmail } from '../users/email.js';
import { FAULTS } from './account-errors.js';

/** bcrypt cuts passwords off here, so a longer one would promise more than it holds. In bytes. */
const LONGEST_PASSWORD = 72;

@ValidatorConstraint()
class EmailRule implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && isEmail(value);
  }

  defaultMessage({ value }: ValidationArguments): string {
    return (isBlank(value) ? FAULTS.blank : FAULTS.notEmail).encode();
  }
}

@ValidatorConstraint()
class PasswordRule implements ValidatorConstraintInterface {
  validate(_: unknown, { object }: ValidationArguments): boolean {
    return faultOf(object as AccountInput) === null;
  }

  defaultMessage({ object }: ValidationArguments): string {
    return faultOf(object as AccountInput)?.encode() ?? '';
  }
}

@ValidatorConstraint()
class ConfirmationRule implements ValidatorConstraintInterface {
  validate(value: unknown, { object }: ValidationArguments): boolean {
    return value === (object as AccountInput).password;
  }

  defaultMessage(): string {
    return FAULTS.mismatch.encode();
  }
}

/** What is given of an account; undefined is not given. */
export interface GivenAccount {
  readonly email?: unknown;
  readonly password?: unknown;
  readonly password_confirmation?: unknown;
}

/** The address and the password of an account as somebody wants them to be; the texts of the faults are the protocol's. */
export class AccountInput {
  @ValidateIf((input: AccountInput) => input.isNew || input.email !== undefined)
  @Validate(EmailRule)
  email: unknown;

  @ValidateIf((input: AccountInput) => input.isNew || input.password !== undefined)
  @Validate(PasswordRule)
  password: unknown;

  @ValidateIf((input: AccountInput) => input.password !== undefined && input.password_confirmation != null)
  @Validate(ConfirmationRule)
  password_confirmation: unknown;

  readonly #minLength: number;
  readonly #isNew: boolean;

  /**
   * @param minLength - of the password, in characters.
   * @param isNew - whether address and password must be given.
   */
  constructor(given: GivenAccount, minLength: number, isNew: boolean) {
    this.email = typeof given.email === 'string' ? normalizeEmail(given.email) : given.email;
    this.password = given.password;
    this.password_confirmation = given.password_confirmation;
    this.#minLength = minLength;
    this.#isNew = isNew;
  }

  get minLength(): number {
    return this.#minLength;
  }

  get isNew(): boolean {
    return this.#isNew;
  }
}

function faultOf({ password, minLength }: AccountInput): Message | null {
  if (isBlank(password)) return FAULTS.blank;
  if (typeof password !== 'string' || password.includes('\0')) return FAULTS.invalid;
  if (Array.from(password).length < minLength) return FAULTS.tooShort(minLength);
  return Buffer.byteLength(password) > LONGEST_PASSWORD ? FAULTS.tooLongInBytes(LONGEST_PASSWORD) : null;
}

/** Not given, or nothing but white space. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
