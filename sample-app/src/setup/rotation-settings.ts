import type { RotationSettings } from './setup.js';

/** In ms. Longer ones would have people wait in front of the page. */
const LONGEST_BUFFER = 60_000;

const RULES: Readonly<Record<string, readonly [isAllowed: (value: unknown) => boolean, allowed: string]>> = {
  batchResponse: [(value) => ['blank', 'repeat', 'omit'].includes(value as string), 'blank, repeat or omit'],
  lostResponse: [(value) => ['strict', 'forgiving'].includes(value as string), 'strict or forgiving'],
  batchRequestBufferThrottle: [
    (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LONGEST_BUFFER,
    `a whole number of milliseconds from 0 to ${LONGEST_BUFFER}`,
  ],
};

/** The options in a body, or what is wrong with it. */
export function readRotationSettings(body: unknown): RotationSettings | { errors: string[] } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { errors: [`The body must be an object with some of ${Object.keys(RULES).join(', ')}.`] };
  }
  const errors = Object.entries(body).flatMap(([name, value]) => {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined) return [`Only ${Object.keys(RULES).join(', ')} can be changed here.`];
    const [isAllowed, allowed] = rule;
    return isAllowed(value) ? [] : [`${name} must be ${allowed}.`];
  });
  return errors.length > 0 ? { errors: [...new Set(errors)] } : { ...body };
}
