import { Agent, request, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import type { Device } from './model.js';

/** What a request carries. */
export interface Credentials {
  readonly accessToken: string;
  readonly client: string;
  readonly uid: string;
}

export interface Reply {
  readonly status: number;
  readonly told: ReplyTold;
  /** Whether the answer makes the browser forget its cookie. */
  readonly clearsCookie: boolean;
}

/** What the headers of an answer tell, in whatever carrier. `mixed`: what no answer may look like. */
export type ReplyTold =
  | { readonly tells: 'token'; readonly accessToken: string; readonly expiry: number; readonly owner: string }
  | { readonly tells: 'blank'; readonly owner: string }
  | { readonly tells: 'nothing' }
  | { readonly tells: 'mixed'; readonly headers: object };

const COOKIE = 'torture';

/** The options of cookie mode, with the name that {@link Wire} looks for. */
export const COOKIE_MODE = { cookieEnabled: true, cookieName: COOKIE, cookieAttributes: { secure: false } } as const;

/** A request that has been sent. */
export interface Sent {
  readonly reply: Promise<Reply>;
  /** Closes the connection without waiting for the answer. */
  cut(): void;
}

/** The client's end of HTTP: connections that are kept, and headers as they come. */
export class Wire {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly url: string,
    private readonly usesCookie: boolean,
  ) {}

  send(method: string, path: string, credentials: Credentials, device: Device, body?: object): Sent {
    const text = body === undefined ? '' : JSON.stringify(body);
    const outgoing = request(this.url + path, {
      method,
      agent: this.agent,
      headers: {
        'x-forwarded-for': device.ip,
        'user-agent': device.userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length }),
        ...this.carrierOf(credentials),
      },
    });
    const reply = this.replyTo(outgoing);
    // Whoever cuts the connection is not interested any more.
    reply.catch(() => {});
    outgoing.end(text);
    return { reply, cut: () => outgoing.destroy() };
  }

  close(): void {
    this.agent.destroy();
  }

  private carrierOf({ accessToken, client, uid }: Credentials): Record<string, string> {
    const five = { 'access-token': accessToken, 'token-type': 'Bearer', client, uid };
    return this.usesCookie ? { cookie: `${COOKIE}=${encodeURIComponent(JSON.stringify(five))}` } : five;
  }

  private replyTo(outgoing: ClientRequest): Promise<Reply> {
    return new Promise((resolve, reject) => {
      outgoing.once('error', reject);
      outgoing.once('response', (response) => {
        response.once('error', reject).once('end', () => {
          const { statusCode: status = 0, headers } = response;
          const cookie = headers['set-cookie']?.find((set) => set.startsWith(`${COOKIE}=`));
          const clearsCookie = cookie?.startsWith(`${COOKIE}=;`) ?? false;
          const told = this.usesCookie ? toldByCookie(clearsCookie ? undefined : cookie) : toldByHeaders(headers);
          resolve({ status, told, clearsCookie });
        });
        response.resume();
      });
    });
  }
}

function toldByCookie(cookie: string | undefined): ReplyTold {
  if (cookie === undefined) return { tells: 'nothing' };
  const json = decodeURIComponent(cookie.slice(COOKIE.length + 1).split(';', 1)[0] ?? '');
  const five = JSON.parse(json) as Record<string, string>;
  return {
    tells: 'token',
    accessToken: five['access-token'] ?? '',
    expiry: Number(five['expiry']),
    owner: ownerOf(five),
  };
}

function toldByHeaders(headers: IncomingHttpHeaders): ReplyTold {
  const names = ['access-token', 'expiry', 'client', 'uid', 'token-type'] as const;
  const five = Object.fromEntries(names.map((name) => [name, headers[name]]));
  const { authorization } = headers;
  const present = names.filter((name) => headers[name] !== undefined);
  if (present.length === 0 && authorization === undefined) return { tells: 'nothing' };
  const isStorable = headers['cache-control'] !== 'no-store';
  if (present.length < names.length || isStorable) return { tells: 'mixed', headers };
  if (five['access-token'] === '' && five['expiry'] === '' && authorization === undefined) {
    return { tells: 'blank', owner: ownerOf(five) };
  }
  const carried = Buffer.from((authorization ?? '').replace('Bearer ', ''), 'base64').toString();
  const agrees =
    authorization !== undefined && JSON.stringify(sorted(JSON.parse(carried))) === JSON.stringify(sorted(five));
  if (!agrees) return { tells: 'mixed', headers };
  return {
    tells: 'token',
    accessToken: String(five['access-token']),
    expiry: Number(five['expiry']),
    owner: ownerOf(five),
  };
}

function ownerOf(five: Record<string, unknown>): string {
  return `${String(five['uid'])} ${String(five['client'])} ${String(five['token-type'])}`;
}

function sorted(values: object): unknown[] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}
