import {
  Validate,
  ValidateIf,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isEmail } from '../../users/email.js';

/** bcrypt cuts passwords off here, so a longer one would promise more than it holds. In bytes. */
const LONGEST_PASSWORD = 72;

@ValidatorConstraint()
class EmailRule implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && isEmail(value);
  }

  defaultMessage({ value }: ValidationArguments): string {
    return isBlank(value) ? "can't be blank" : 'is not an email';
  }
}

@ValidatorConstraint()
class PasswordRule implements ValidatorConstraintInterface {
  validate(_: unknown, { object }: ValidationArguments): boolean {
    return faultOf(object as SignUpBody) === null;
  }

  defaultMessage({ object }: ValidationArguments): string {
    return faultOf(object as SignUpBody) ?? '';
  }
}

@ValidatorConstraint()
class ConfirmationRule implements ValidatorConstraintInterface {
  validate(value: unknown, { object }: ValidationArguments): boolean {
    return value === (object as SignUpBody).password;
  }

  defaultMessage(): string {
    return "doesn't match Password";
  }
}

/** What a sign-up takes; the texts of its faults are the protocol's. */
export class SignUpBody {
  @Validate(EmailRule)
  email: unknown;

  @Validate(PasswordRule)
  password: unknown;

  @ValidateIf((body: SignUpBody) => body.password_confirmation != null)
  @Validate(ConfirmationRule)
  password_confirmation: unknown;

  /** In characters. */
  readonly #minLength: number;

  constructor(values: { email?: unknown; password?: unknown; password_confirmation?: unknown }, minLength: number) {
    this.email = values.email;
    this.password = values.password;
    this.password_confirmation = values.password_confirmation;
    this.#minLength = minLength;
  }

  get minLength(): number {
    return this.#minLength;
  }
}

function faultOf({ password, minLength }: SignUpBody): string | null {
  if (isBlank(password)) return "can't be blank";
  if (typeof password !== 'string' || password.includes('\0')) return 'is invalid';
  if (Array.from(password).length < minLength) return `is too short (minimum is ${minLength} characters)`;
  return Buffer.byteLength(password) > LONGEST_PASSWORD ? `is too long (maximum is ${LONGEST_PASSWORD} bytes)` : null;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
