import type { TestApp } from './app.js';
import { send, type Answer } from './client.js';
import { PUBLIC_URL } from './mailbox.js';

/** Where a journey has ended: at a page, or at a redirect to one of the application's pages. */
export interface Arrived {
  readonly answer: Answer;
  /** All redirects on the way, the last one included. */
  readonly trail: readonly string[];
  /** Where the last redirect leads to and its parameters; null at a page. */
  readonly to: string | null;
  readonly parameters: Record<string, string>;
}

/** Follows redirects and keeps cookies as browsers do. Knows the application by its public URL. */
export class TestBrowser {
  readonly cookies = new Map<string, Map<string, string>>();
  /** All that was said of cookies by the application. */
  readonly setCookies: string[] = [];

  constructor(
    private readonly app: Pick<TestApp, 'url'>,
    private readonly publicUrl = PUBLIC_URL,
    private readonly path = '/auth',
  ) {}

  /** One request, with the cookies of the host. */
  async request(url: string, init: RequestInit = {}): Promise<Answer> {
    const { host } = new URL(url);
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(url.replace(this.publicUrl, this.app.url + this.path), {
      ...init,
      headers: { ...(cookie === '' ? {} : { cookie }), ...(init.headers as object) },
    });
    for (const line of answer.headers.getSetCookie()) {
      if (url.startsWith(this.publicUrl)) this.setCookies.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Follows redirects until they lead to a page, or away from the application and the provider. */
  async go(url: string, isOver: (location: string) => boolean = () => false): Promise<Arrived> {
    const trail: string[] = [];
    for (let next = url; trail.length < 20;) {
      const answer = await this.request(next);
      const location = answer.headers.get('location');
      if (location === null) return { answer, trail, to: null, parameters: {} };
      next = new URL(location, next).href;
      trail.push(next);
      const { origin, pathname, searchParams, hostname } = new URL(next);
      const isKnown = next.startsWith(this.publicUrl) || hostname === '127.0.0.1';
      if (!isKnown || isOver(next)) {
        return { answer, trail, to: origin + pathname, parameters: Object.fromEntries(searchParams) };
      }
    }
    throw new Error(`There is no end to these redirects: ${trail.join(' → ')}`);
  }

  /** Signs in by a provider, as far as it goes. */
  async signIn(provider: string, query: Record<string, string>): Promise<Arrived> {
    return await this.go(`${this.publicUrl}/${provider}?${new URLSearchParams(query).toString()}`);
  }

  /** The same up to where the provider sends the browser back: the URL of the callback. */
  async untilCallback(provider: string, query: Record<string, string>): Promise<string> {
    const url = `${this.publicUrl}/${provider}?${new URLSearchParams(query).toString()}`;
    const { trail } = await this.go(url, (location) => location.startsWith(`${this.publicUrl}/${provider}/callback?`));
    return trail.at(-1) ?? '';
  }
}
