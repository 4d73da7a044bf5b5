import { HttpStatus } from '@nestjs/common';
import { validate } from 'class-validator';
import type { IncomingRequest } from '../incoming-request.js';
import { Message } from '../messages/message.js';
import { normalizeEmail } from '../users/email.js';
import { isBlank } from './account.input.js';
import { failure, FAULTS, MESSAGES, type AttributeErrors } from './account-errors.js';

/** The longest label that is looked at, in characters. */
const LONGEST_LABEL = 2048;

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

/** A text that is no secret, from the body or else the query; null when it is not given, or nothing that could be used. */
export function textParameter({ body, query }: IncomingRequest, name: string): string | null {
  const value = pick(body, [name])[name] ?? pick(query, [name])[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * The address that a mail is asked for, normalized; whether it is one, its account will tell.
 *
 * @throws HttpException 401 without one.
 */
export function requireEmail(body: unknown): string {
  const { email } = pick(body, ['email']);
  if (typeof email !== 'string' || isBlank(email)) throw failure(HttpStatus.UNAUTHORIZED, MESSAGES.missingEmail);
  return normalizeEmail(email);
}

/** The label by which a page with several kinds of users knows which one a link is for. */
export function configName(request: IncomingRequest): string {
  return labelParameter(request, 'config_name');
}

/** The same, as the link of a mail hands it on. */
export function configOfLink(request: IncomingRequest): string {
  return labelParameter(request, 'config');
}

function labelParameter(request: IncomingRequest, name: string): string {
  const label = textParameter(request, name);
  return label === null || label.length > LONGEST_LABEL ? 'default' : label;
}

/** Runs class-validator and gives, for each attribute, the first text of what is wrong with it. */
export async function errorsOf(dto: object): Promise<AttributeErrors> {
  const faults = await validate(dto, { stopAtFirstError: true, forbidUnknownValues: true });
  return Object.fromEntries(
    faults.map(({ property, constraints }) => {
      const texts = Object.values(constraints ?? {}).map((text) => withoutName(text, property));
      // What is wrong inside of a nested object has no text of its own.
      return [property, texts.length > 0 ? texts.map((text) => Message.decode(text)) : [FAULTS.invalid]];
    }),
  );
}

/** class-validator begins its own texts with the name of the property, or "each value in" it. */
function withoutName(text: string, property: string): string {
  for (const [start, replacement] of [
    [`${property} `, ''],
    [`each value in ${property} `, 'each value '],
  ] as const) {
    if (text.startsWith(start)) return replacement + text.slice(start.length);
  }
  return text;
}
