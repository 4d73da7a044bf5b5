const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))? ?(?:Z|UTC|([+-]\d\d)(?::?(\d\d))?)?$/;

/** A point in time as Rails or a database writes it, in UTC where it names no zone; null for anything else. */
export function instantOf(value: unknown): Date | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  const parts = typeof value === 'string' ? INSTANT.exec(value) : null;
  if (parts === null) return null;
  const [, date, time, fraction = '', hours, minutes = '00'] = parts;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const instant = new Date(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
