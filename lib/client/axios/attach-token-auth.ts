import {
  getAdapter,
  isAxiosError,
  type AxiosAdapter,
  type AxiosInstance,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { Exchange } from '../exchanges.js';
import type { TokenAuthClient } from '../types.js';
import { absolute, isElsewhere } from '../urls.js';

type Client = Pick<TokenAuthClient<unknown>, 'begin'>;
type Response = Awaited<ReturnType<AxiosAdapter>>;

/** Adapters that know the tokens already: of requests that an application sends again by their `config`. */
const ours = new WeakSet<AxiosAdapter>();

/**
 * Lets an axios instance send the tokens of a client, and follow them. Requests to other places, and those that bring an
 * `authorization` of their own, stay as they are.
 *
 * It works next to the wire, in the request's `adapter`: what other interceptors do, and whether they fail, is no concern of it.
 *
 * @returns a function that takes it off again.
 */
export function attachTokenAuth(client: Client, instance: AxiosInstance): () => void {
  const interceptor = instance.interceptors.request.use((config) => {
    const adapter = getAdapter(config.adapter, config);
    if (!ours.has(adapter) && !config.headers.has('authorization')) {
      config.adapter = async (each) => await send(client, absolute(instance.getUri(each)), adapter, each);
      ours.add(config.adapter);
    }
    return config;
  });
  return () => instance.interceptors.request.eject(interceptor);
}

async function send(
  client: Client,
  url: string | null,
  adapter: AxiosAdapter,
  config: InternalAxiosRequestConfig,
  isRepeated = false,
): Promise<Response> {
  const exchange = url === null ? null : await client.begin(url);
  if (url === null || exchange === null) return await adapter(config);
  config.headers.set(exchange.headers);
  const [response, fault] = await adapter(keepWithin(config, url, Object.keys(exchange.headers))).then(
    (answer) => [answer, null] as const,
    (error: unknown) => [isAxiosError(error) ? error.response : undefined, error] as const,
  );
  const verdict = await tell(exchange, response, url);
  if (verdict === 'retry' && !isRepeated && canBeSentAgain(config.data)) {
    return await send(client, url, adapter, config, true);
  }
  if (fault !== null || response === undefined) throw fault;
  return response;
}

async function tell(exchange: Exchange, response: Response | undefined, url: string): Promise<'done' | 'retry'> {
  // Where a redirect has led: of XMLHttpRequest, and of Node.
  const request = response?.request as { responseURL?: string; res?: { responseUrl?: string } } | undefined;
  const end = request?.responseURL ?? request?.res?.responseUrl;
  if (response === undefined || isElsewhere(url, end)) return await exchange.finish(null);
  const { status, headers } = response;
  const get = (name: string): string | null => {
    const value: unknown = headers[name.toLowerCase()];
    return typeof value === 'string' ? value : null;
  };
  return await exchange.finish({ status, headers: { get }, redirected: end !== undefined && end !== url });
}

/** In Node, axios follows redirects by itself, to subdomains with all headers: the tokens stay with their origin. */
function keepWithin(config: InternalAxiosRequestConfig, url: string, names: string[]): InternalAxiosRequestConfig {
  const { origin } = new URL(url);
  const beforeRedirect: typeof config.beforeRedirect = (options, ...details) => {
    const headers = options['headers'] as Record<string, unknown>;
    for (const name of Object.keys(headers)) {
      if (new URL(options['href'] as string).origin !== origin && names.includes(name.toLowerCase()))
        delete headers[name];
    }
    config.beforeRedirect?.(options, ...details);
  };
  return { ...config, beforeRedirect };
}

/** Whether a body can be read twice: a stream cannot. */
function canBeSentAgain(body: unknown): boolean {
  return typeof body !== 'object' || body === null || !('getReader' in body || 'pipe' in body);
}
