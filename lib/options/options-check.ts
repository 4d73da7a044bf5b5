import { toMilliseconds, type Duration } from '../duration.js';
import type { TokenAuthOptions } from '../token-auth.options.js';

type Name = keyof TokenAuthOptions;

/** What is wrong with the options of the module: all of it in one message. */
export class TokenAuthOptionsError extends Error {
  override readonly name = 'TokenAuthOptionsError';

  constructor(readonly faults: readonly string[]) {
    super(
      `TokenAuthModule has been given options it cannot work with:\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
    );
  }
}

/** Reads one option after the other and collects what is wrong with them. */
export class OptionsCheck {
  private readonly faults: string[] = [];

  constructor(readonly options: TokenAuthOptions) {}

  fault(option: Name, message: string): void {
    this.faults.push(`${option} ${message}`);
  }

  /** Reports options that are not of this module. */
  known(names: object): void {
    for (const name of Object.keys(this.options)) {
      if (!Object.hasOwn(names, name)) this.faults.push(`${name} is not an option of this module`);
    }
  }

  /** @throws TokenAuthOptionsError naming every fault. */
  throwIfFaulty(): void {
    if (this.faults.length > 0) throw new TokenAuthOptionsError(this.faults);
  }

  flag(name: Name, byDefault: boolean): boolean {
    const value: unknown = this.options[name] ?? byDefault;
    if (typeof value !== 'boolean') this.fault(name, 'must be true or false');
    return value === true;
  }

  oneOf<V extends string>(name: Name, allowed: readonly V[], byDefault: V): V {
    const value = (this.options[name] ?? byDefault) as V;
    if (!allowed.includes(value)) this.fault(name, `must be one of ${allowed.map((each) => `'${each}'`).join(', ')}`);
    return value;
  }

  integer(name: Name, byDefault: number, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = (this.options[name] ?? byDefault) as number;
    if (!Number.isInteger(value) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
      this.fault(name, `must be a whole number ${range}`);
    }
    return value;
  }

  /** In ms; NaN where it is faulty, which is neither longer nor shorter than another one. */
  duration(name: Name, byDefault: Duration, least: number): number {
    try {
      const value = toMilliseconds((this.options[name] ?? byDefault) as Duration);
      if (value >= least) return value;
      this.fault(name, `must be at least ${least} ms`);
    } catch (error) {
      this.fault(name, `must be a duration: ${(error as Error).message}`);
    }
    return Number.NaN;
  }

  text(name: Name): string | null {
    const value: unknown = this.options[name] ?? null;
    if (value !== null && (typeof value !== 'string' || value === '')) this.fault(name, 'must be a text');
    return typeof value === 'string' ? value : null;
  }

  texts(name: Name): readonly string[] {
    const value: unknown = this.options[name] ?? [];
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
    this.fault(name, 'must be a list of texts');
    return [];
  }

  /** Empty where it is not given, or is faulty. */
  map(name: Name, what: string): Readonly<Record<string, unknown>> {
    const value: unknown = this.options[name] ?? {};
    if (isMap(value)) return value;
    this.fault(name, `must be ${what}`);
    return {};
  }

  function<F>(name: Name, what: string): F | null {
    const value: unknown = this.options[name] ?? null;
    if (value !== null && typeof value !== 'function') this.fault(name, `must be ${what}`);
    return value as F | null;
  }
}

/** Whether it is an object that is no list. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
