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
  const host = hostOf(ip);
  if (host === null) return ip;
  return isIPv4(host) ? host.split('.').slice(0, 3).join('.') : host;
}

/**
 * The IPv4 address, or the /64 of an IPv6 address, which is what one home or computer has at least; as text, whatever the
 * spelling. Null for anything else.
 */
export function hostOf(ip: string | null): string | null {
  const address = ip?.split('%', 1)[0] ?? '';
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return null;
  const groups = expandIPv6(address);
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
  // An IPv4 address within IPv6, in whatever spelling.
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : groups.slice(0, 4).join(':');
}

/** The eight groups of an address, in lower case and without leading zeros. */
function expandIPv6(address: string): string[] {
  const inHex = address.toLowerCase().replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = inHex.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(Math.max(gap, 0)).fill('0'), ...right].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
}
