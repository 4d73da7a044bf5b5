import { isIPv4, isIPv6 } from 'node:net';

/** Where a request came from, as far as the platform can be trusted to know it. */
export interface RequestOrigin {
  /** Address of the peer, IPv4 or IPv6, or null when there is none (a program, a Unix socket). */
  readonly ip: string | null;
  /** The `User-Agent` header, or null. */
  readonly userAgent: string | null;
}

/** Lengths of the columns that keep an origin, in characters. */
export const IP_LENGTH = 45;
export const USER_AGENT_LENGTH = 255;

export const NO_ORIGIN: RequestOrigin = Object.freeze({ ip: null, userAgent: null });

/** Cuts an origin to what the columns hold and drops what PostgreSQL would refuse (NUL). */
export function storableOrigin(origin: RequestOrigin): RequestOrigin {
  return { ip: storable(origin.ip, IP_LENGTH), userAgent: storable(origin.userAgent, USER_AGENT_LENGTH) };
}

function storable(text: string | null, length: number): string | null {
  return text === null ? null : text.replaceAll('\0', '').slice(0, length);
}

/**
 * Whether two origins look like one device: the same user agent and the same network (IPv4 /24, IPv6 /64). Phones and
 * homes change their address within such a prefix all the time; a thief rarely shares it.
 */
export function isSameDevice(a: RequestOrigin, b: RequestOrigin): boolean {
  const [left, right] = [storableOrigin(a), storableOrigin(b)];
  return left.userAgent === right.userAgent && networkOf(left.ip) === networkOf(right.ip);
}

/** The /24 of an IPv4 or the /64 of an IPv6 address as text; anything else stands for itself. */
export function networkOf(ip: string | null): string | null {
  if (ip === null) return null;
  const address = ip.split('%', 1)[0] ?? ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (isIPv4(mapped)) return mapped.split('.').slice(0, 3).join('.');
  if (!isIPv6(mapped)) return ip;
  return expandIPv6(mapped).slice(0, 4).join(':');
}

function expandIPv6(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(Math.max(gap, 0)).fill('0'), ...right].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
}
