import ms from 'ms';

type Unit =
  | 'ms'
  | 'millisecond'
  | 'milliseconds'
  | 's'
  | 'sec'
  | 'secs'
  | 'second'
  | 'seconds'
  | 'm'
  | 'min'
  | 'mins'
  | 'minute'
  | 'minutes'
  | 'h'
  | 'hr'
  | 'hrs'
  | 'hour'
  | 'hours'
  | 'd'
  | 'day'
  | 'days'
  | 'w'
  | 'week'
  | 'weeks'
  | 'y'
  | 'yr'
  | 'yrs'
  | 'year'
  | 'years';

/** A length of time: milliseconds as a number, or text such as `'5s'`, `'90 minutes'`, `'2 weeks'`. */
export type Duration = number | `${number}${Unit}` | `${number} ${Unit}`;

/**
 * A duration in whole milliseconds.
 *
 * @throws TypeError for anything that is not a duration of 0 ms or more.
 */
export function toMilliseconds(duration: Duration): number {
  const value = typeof duration === 'string' && duration.length > 0 && duration.length <= 100 ? ms(duration) : duration;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new TypeError(
      `${JSON.stringify(duration)} is not a duration: give milliseconds or text such as '5s' or '2 weeks'`,
    );
  }
  return Math.round(value);
}
