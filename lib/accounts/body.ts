import { validate } from 'class-validator';
import type { AttributeErrors } from './account-errors.js';

/**
 * The values of a body under the given keys. Anything that is not an object counts as empty, and so does a nested form: the
 * protocol's parameters are flat.
 */
export function pick<K extends string>(body: unknown, keys: readonly K[]): Partial<Record<K, unknown>> {
  const values: Partial<Record<K, unknown>> = {};
  if (typeof body !== 'object' || body === null) return values;
  for (const key of keys) {
    if (Object.hasOwn(body, key)) values[key] = (body as Record<K, unknown>)[key];
  }
  return values;
}

/** Runs class-validator and gives, for each attribute, the first text of what is wrong with it. */
export async function errorsOf(dto: object): Promise<AttributeErrors> {
  const faults = await validate(dto, { stopAtFirstError: true, forbidUnknownValues: true });
  return Object.fromEntries(faults.map(({ property, constraints }) => [property, Object.values(constraints ?? {})]));
}
