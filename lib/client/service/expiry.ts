/** Milliseconds before its end that a token is not used any more: it has to last for the way to the service. */
const LEEWAY = 30_000;

/** Seconds since 1970 stay below it for three thousand years; milliseconds have been above it since 1973. */
const SECONDS_BELOW = 1e11;

/** A point in time without a zone, as many services write UTC. */
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/**
 * How long a token lives by the service's own account, which is right even where the clocks of the two machines differ.
 *
 * @param answer - `expires_in` (seconds) counts before `expires_at` (ISO 8601, or seconds or milliseconds since 1970).
 * @param date - the `Date` header of the answer.
 * @returns milliseconds; NaN where the answer does not tell.
 */
export function lifetimeOf(answer: { expires_in?: unknown; expires_at?: unknown }, date: string | null): number {
  const seconds = numberOf(answer.expires_in);
  return Number.isNaN(seconds) ? pointOf(answer.expires_at) - serverTime(date) : seconds * 1000;
}

/**
 * Until when to use a token.
 *
 * @param lifetime - milliseconds from now. One that tells nothing, or is over with the sign-in because a clock is wrong, is not
 * believed: the token is used until it is refused.
 * @returns milliseconds since 1970 on this machine's clock.
 */
export function useUntil(lifetime: number): number {
  return lifetime > 0 ? Date.now() + lifetime - Math.min(LEEWAY, lifetime / 10) : Infinity;
}

/** What time it is at the service, in milliseconds since 1970, as the `Date` header of its answer tells. */
export function serverTime(date: string | null): number {
  const told = Date.parse(date ?? '');
  return Number.isNaN(told) ? Date.now() : told;
}

function pointOf(value: unknown): number {
  const number = numberOf(value);
  if (!Number.isNaN(number)) return number < SECONDS_BELOW ? number * 1000 : number;
  if (typeof value !== 'string') return NaN;
  return Date.parse(WITHOUT_ZONE.test(value) ? `${value.replace(' ', 'T')}Z` : value);
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
}
